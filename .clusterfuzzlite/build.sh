#!/bin/bash -eu
# Builds every fuzz target with the engine and sanitizer that the image asks for, and puts binaries,
# seeds and dictionaries where the engine looks: $OUT/<target>, <target>_seed_corpus.zip, <target>.dict.
#
# OUT is given by the image. TARGETS names targets to build; all of them if it is not set.

sanitizer=${SANITIZER:-none}
case $sanitizer in
    address | none) ;;
    # The images know more sanitizers than Rust does.
    *) sanitizer=none ;;
esac

host=$(rustc -vV | sed -n 's/^host: //p')
built=${CARGO_TARGET_DIR:-target}/$host/release
for target in ${TARGETS:-$(cargo fuzz list)}; do
    cargo fuzz build -O --sanitizer "$sanitizer" "$target"
    cp "$built/$target" "$OUT/$target"
    if [ -d "corpora/fuzz/$target" ]; then
        # An archive of flat names, made by what every image has.
        (cd "corpora/fuzz/$target" && python3 -m zipfile -c "$OUT/${target}_seed_corpus.zip" ./*)
    fi
    if [ -f "corpora/fuzz/$target.dict" ]; then
        cp "corpora/fuzz/$target.dict" "$OUT/$target.dict"
    fi
done
