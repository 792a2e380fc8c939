'use strict';
(() => {
const D = JSON.parse(document.getElementById('data').textContent);
const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'];
const MAIN = document.getElementById('main');
const PAGE = 200;

// Everything from outside becomes a text node or an attribute of ours: there is no innerHTML here.
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'on') for (const [event, f] of Object.entries(value)) node.addEventListener(event, f);
    else if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value);
  }
  for (const child of children.flat(9)) if (child !== null && child !== undefined && child !== false) node.append(child);
  return node;
}
function svg(tag, attributes, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
const number = n => Number(n).toLocaleString('en');
const plural = (n, noun) => `${number(n)} ${noun}${n === 1 ? '' : 's'}`;
function time(us) {
  if (us < 1e3) return `${us} µs`;
  if (us < 1e6) return `${(us / 1e3).toFixed(us < 1e4 ? 1 : 0)} ms`;
  if (us < 6e7) return `${(us / 1e6).toFixed(1)} s`;
  return `${Math.floor(us / 6e7)} min ${String(Math.floor(us / 1e6) % 60).padStart(2, '0')} s`;
}
const group = outcome => /^[2-5]\d\d$/.test(outcome) ? outcome[0] : /^[1]\d\d$/.test(outcome) ? '3' : '0';
const worst = list => Math.min(...list.map(f => SEVERITIES.indexOf(f.sev)));
const has = (object, name) => Object.prototype.hasOwnProperty.call(object, name);

function say(text) { document.getElementById('said').textContent = text; }
async function copy(text, button) {
  let done = true;
  try { await navigator.clipboard.writeText(text); } catch {
    // From disk some browsers keep the clipboard shut: the old way still works there.
    const area = el('textarea', { 'aria-hidden': 'true' });
    area.value = text;
    document.body.append(area);
    area.select();
    done = document.execCommand('copy');
    area.remove();
    button.focus();
  }
  button.textContent = done ? 'Copied' : 'Press Ctrl-C';
  say(done ? 'Copied' : 'Not copied');
  setTimeout(() => { button.textContent = 'Copy'; }, 1500);
}
function command(title, text) {
  const button = el('button', { class: 'copy', type: 'button', 'aria-label': `Copy ${title}` }, 'Copy');
  button.addEventListener('click', () => copy(text, button));
  return el('section', {}, el('h3', {}, title), el('div', { class: 'cmd' }, el('pre', {}, text), button));
}

// --- texts with their differing part marked ---
const words = text => text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) || [];
function differing(a, b) {
  const [x, y] = [words(a), words(b)];
  let from = 0;
  while (from < x.length && from < y.length && x[from] === y[from]) from++;
  let [i, j] = [x.length, y.length];
  while (i > from && j > from && x[i - 1] === y[j - 1]) { i--; j--; }
  const part = (list, end) => [list.slice(0, from).join(''), list.slice(from, end).join(''), list.slice(end).join('')];
  return [part(x, i), part(y, j)];
}
function marked([before, middle, after], common) {
  if (!common || !middle) return [before + middle + after];
  return [before, el('mark', {}, middle), after];
}
function versus(f) {
  const [e, o] = differing(f.exp, f.obs);
  // Two sentences with nothing in common have no differing part worth a mark.
  const common = (e[0] + e[2]).trim().length > 3;
  return el('section', { class: 'vs' },
    el('div', { class: 'e' }, el('h3', {}, 'Expected'), marked(e, common)),
    el('div', { class: 'o' }, el('h3', {}, 'Observed'), common ? marked(o, common) : el('strong', {}, f.obs)));
}

// --- content, with one place marked ---
const escapePointer = name => name.replace(/~/g, '~0').replace(/\//g, '~1');
function jsonNodes(value, pointer, wanted, indent, out, depth) {
  const at = pointer === wanted && wanted !== '';
  const target = at ? [] : out;
  const pad = '  '.repeat(indent + 1);
  if (depth > 60) target.push('…');
  else if (Array.isArray(value)) {
    target.push(value.length ? '[\n' : '[]');
    value.forEach((item, idx) => {
      target.push(pad);
      jsonNodes(item, `${pointer}/${idx}`, wanted, indent + 1, target, depth + 1);
      target.push(idx + 1 < value.length ? ',\n' : `\n${'  '.repeat(indent)}]`);
    });
  } else if (value && typeof value === 'object') {
    const names = Object.keys(value);
    target.push(names.length ? '{\n' : '{}');
    names.forEach((name, idx) => {
      target.push(`${pad}${JSON.stringify(name)}: `);
      jsonNodes(value[name], `${pointer}/${escapePointer(name)}`, wanted, indent + 1, target, depth + 1);
      target.push(idx + 1 < names.length ? ',\n' : `\n${'  '.repeat(indent)}}`);
    });
  } else target.push(JSON.stringify(value));
  if (at) out.push(el('mark', {}, ...target));
}
// Numbers that a script cannot hold, repeated names and odd spelling are the point of some cases: what
// does not survive parsing is shown as it was sent.
function faithful(text) {
  if (!/^\s*[[{]/.test(text) || text.endsWith('…')) return undefined;
  try {
    const value = JSON.parse(text);
    return JSON.stringify(value).replace(/\s/g, '') === text.replace(/\s/g, '') ? value : undefined;
  } catch { return undefined; }
}
function content(text, wanted) {
  const value = faithful(text);
  if (value === undefined) return el('pre', {}, visible(text));
  const out = [];
  jsonNodes(value, '', wanted || '', 0, out, 0);
  return el('pre', {}, ...out);
}
const visible = text => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g,
  c => `\\u{${c.codePointAt(0).toString(16)}}`);

// --- one request and its answer ---
function fields(list) {
  if (!list || !list.length) return null;
  return el('details', {}, el('summary', { class: 'dim' }, plural(list.length, 'header field')),
    el('pre', {}, list.map(([name, value]) => `${name}: ${visible(value)}`).join('\n')));
}
function bodyPointer(intent) {
  const hit = /^(?:boundary|invalid): body (\/\S*)/.exec(intent || '');
  return hit ? hit[1].replace(/:$/, '') : '';
}
function exchange(x, idx, f) {
  const last = idx === f.x.length - 1;
  const place = x.lane === '?' ? 'probe' : x.lane ? `lane ${x.lane}` : f.x.length > 1 ? `step ${idx + 1}` : '';
  const status = x.rs === undefined ? x.o : String(x.rs);
  const name = place ? el('span', { class: 'tag' }, place) : null;
  return el('div', { class: 'x' },
    el('p', { class: 'line' }, name, ' ', el('span', { class: 'm' }, x.m), ' ', visible(x.t)),
    x.i && x.i !== 'valid' ? el('p', {}, el('span', { class: 'dim' }, 'meant as '), visible(x.i)) : null,
    el('div', { class: 'pair' },
      el('div', {}, el('h3', {}, 'Sent'), x.b ? content(x.b, bodyPointer(x.i)) : el('p', { class: 'dim' }, 'no content'), fields(x.h)),
      el('div', {}, el('h3', {}, 'Answered'),
        el('p', {}, el('span', { class: 'st' }, visible(status)), ' ', el('span', { class: 'dim' }, `in ${time(x.d)}`),
          x.rs !== undefined && !x.o.startsWith('status') ? [' ', visible(x.o)] : null),
        x.rb ? content(x.rb, last ? (f.rp || '').replace(/^#/, '') : '') : null, fields(x.rh))));
}

// --- lanes over time ---
function lanes(f) {
  const rows = [...new Set(f.x.map(x => x.lane || ''))];
  if (f.x.length < 2) return null;
  const [w, left, h] = [900, 74, 26];
  const from = Math.min(...f.x.map(x => x.s));
  const to = Math.max(...f.x.map(x => x.s + x.d), from + 1);
  const at = us => left + (us - from) / (to - from) * (w - left - 8);
  const title = lane => lane === '' ? 'in order' : lane === '?' ? 'probes' : `lane ${lane}`;
  const box = svg('svg', { viewBox: `0 0 ${w} ${rows.length * h + 26}`, width: w, role: 'img',
    'aria-label': f.x.map(x => `${title(x.lane || '')}: ${x.m} ${x.t} from ${time(x.s - from)} to ${time(x.s + x.d - from)}, ${x.o}`).join('; ') });
  rows.forEach((lane, row) => {
    const text = svg('text', { x: 0, y: row * h + 17 });
    text.textContent = title(lane);
    box.append(text, svg('line', { class: 'axis', x1: left, x2: w - 8, y1: row * h + h, y2: row * h + h }));
    f.x.filter(x => (x.lane || '') === lane).forEach(x => {
      const width = Math.max(at(x.s + x.d) - at(x.s), 3);
      const bar = svg('rect', { class: `c${group(String(x.rs === undefined ? '' : x.rs))}`, x: at(x.s), y: row * h + 5, width, height: 16, rx: 3 });
      const tip = svg('title', {});
      tip.textContent = `${x.m} ${x.t} · ${x.o} · ${time(x.s - from)} + ${time(x.d)}`;
      bar.append(tip);
      box.append(bar);
    });
  });
  for (let i = 0; i <= 4; i++) {
    const us = from + (to - from) * i / 4;
    const text = svg('text', { x: at(us), y: rows.length * h + 20, 'text-anchor': i === 0 ? 'start' : i === 4 ? 'end' : 'middle' });
    text.textContent = time(Math.round(us - from));
    box.append(text);
  }
  return el('section', {}, el('h3', {}, rows.length > 1 ? 'Lanes over time' : 'Requests over time'), el('div', { class: 'scroll' }, box));
}

// --- findings ---
function detail(f) {
  const kv = [];
  const add = (name, ...value) => kv.push(el('dt', {}, name), el('dd', {}, ...value));
  add('Seen', `${f.k} of ${f.n} times${f.further ? `, and in ${plural(f.further, 'further case')}` : ''}`);
  if (f.cp) add('Contract', el('code', {}, f.cp), f.at ? ` at ${f.at}` : '');
  if (f.rp) add('In the answer', el('code', {}, f.rp));
  add('Effect', el('code', {}, f.effect));
  add('Check', el('code', {}, f.check), ' (', el('code', {}, `harness explain ${f.check}`), ')');
  return el('div', { class: 'in' }, versus(f),
    el('section', {}, el('h3', {}, f.x.length > 1 ? `Smallest case: ${f.x.length} requests` : 'Smallest request'), f.x.map((x, idx) => exchange(x, idx, f))),
    lanes(f),
    f.curl ? command('curl', f.curl) : null,
    command('Replay', `harness replay ${D.folder}/failures/${f.slug}.json`),
    el('section', {}, el('dl', { class: 'kv' }, ...kv)));
}
function row(f) {
  const box = el('details', { class: 'f', id: `f-${f.slug}` },
    el('summary', {}, el('span', {}, el('span', { class: `sev ${f.sev}` }, f.sev)), el('span', { class: 'op' }, f.op), el('span', { class: 't' }, visible(f.title)),
      el('span', {}, f.state ? el('span', { class: `tag ${f.state}` }, f.state) : null)));
  box.addEventListener('toggle', () => { if (box.open && box.children.length === 1) box.append(detail(f)); });
  return box;
}
const state = { text: '', sev: new Set(SEVERITIES), check: '', only: '', op: '' };
function matches(f) {
  if (!state.sev.has(f.sev) || (state.check && f.check !== state.check) || (state.only && f.state !== state.only) || (state.op && f.op !== state.op)) return false;
  if (!state.text) return true;
  f.hay = f.hay || `${f.slug} ${f.op} ${f.title} ${f.exp} ${f.obs} ${f.cp || ''} ${f.x.map(x => `${x.t} ${x.b || ''}`).join(' ')}`.toLowerCase();
  return state.text.toLowerCase().split(/\s+/).every(word => f.hay.includes(word));
}
function findings() {
  const list = el('div', {});
  const counted = el('p', { class: 'dim', role: 'status' });
  const draw = () => {
    const shown = D.findings.filter(matches);
    counted.textContent = `${number(shown.length)} of ${plural(D.findings.length, 'finding')}${state.op ? ` on ${state.op}` : ''}`;
    const groups = new Map();
    for (const f of shown) { if (!groups.has(f.check)) groups.set(f.check, []); groups.get(f.check).push(f); }
    const ordered = [...groups].sort((a, b) => worst(a[1]) - worst(b[1]) || b[1].length - a[1].length);
    list.replaceChildren(...ordered.map(([check, all]) => {
      all.sort((a, b) => SEVERITIES.indexOf(a.sev) - SEVERITIES.indexOf(b.sev));
      const box = el('section', { class: 'group' }, el('h2', {}, check.replaceAll('_', ' '), el('span', { class: 'tag' }, number(all.length))));
      const add = from => {
        box.append(...all.slice(from, from + PAGE).map(row));
        if (from + PAGE < all.length) {
          const more = el('button', { class: 'copy more', type: 'button' }, `Show ${number(Math.min(PAGE, all.length - from - PAGE))} more`);
          more.addEventListener('click', () => { more.remove(); add(from + PAGE); });
          box.append(more);
        }
      };
      add(0);
      return box;
    }));
    if (!shown.length) list.append(el('p', { class: 'card' }, D.findings.length ? 'Nothing matches these filters.' : 'Nothing was found.'));
  };
  const search = el('input', { type: 'search', placeholder: 'Search path, text, value …', 'aria-label': 'Search findings' });
  search.value = state.text;
  search.addEventListener('input', () => { state.text = search.value; draw(); });
  const checks = [...new Set(D.findings.map(f => f.check))].sort();
  const choice = (label, values, name) => {
    const select = el('select', { 'aria-label': label }, el('option', { value: '' }, label), values.map(v => el('option', { value: v }, v)));
    select.value = state[name];
    select.addEventListener('change', () => { state[name] = select.value; draw(); });
    return select;
  };
  const severities = el('fieldset', {}, el('legend', { class: 'visually-hidden' }, 'Severity'), SEVERITIES.filter(s => D.findings.some(f => f.sev === s)).map(s => {
    const box = el('input', { type: 'checkbox' });
    box.checked = state.sev.has(s);
    box.addEventListener('change', () => { if (box.checked) state.sev.add(s); else state.sev.delete(s); draw(); });
    return el('label', { class: s }, box, ' ', s);
  }));
  const clear = state.op ? el('button', { class: 'copy', type: 'button', on: { click: () => { state.op = ''; show('findings'); } } }, `× ${state.op}`) : null;
  draw();
  return [el('div', { class: 'filters', role: 'search' }, search, severities, choice('every check', checks, 'check'),
    D.findings.some(f => f.state) ? choice('new and known', [...new Set(D.findings.map(f => f.state).filter(Boolean))], 'only') : null, clear), counted, list];
}

// --- pictures ---
function stack(out) {
  const total = Object.values(out).reduce((a, b) => a + b, 0) || 1;
  const sums = {};
  for (const [outcome, times] of Object.entries(out)) sums[group(outcome)] = (sums[group(outcome)] || 0) + times;
  const names = { 2: '2xx', 3: '1xx, 3xx', 4: '4xx', 5: '5xx', 0: 'no answer' };
  const label = Object.entries(sums).map(([g, times]) => `${names[g]} ${times}`).join(', ');
  return el('div', { class: 'stack', role: 'img', 'aria-label': label, title: label }, ['2', '3', '4', '5', '0'].filter(g => sums[g]).map(g => {
    const part = el('i', { class: `c${g}` });
    part.style.width = `${sums[g] / total * 100}%`;
    return part;
  }));
}
function bars(values, over, label, ticks) {
  const [w, h] = [900, 120];
  const most = Math.max(...values, 1);
  const box = svg('svg', { viewBox: `0 0 ${w} ${h + 20}`, width: w, role: 'img', 'aria-label': label });
  const each = w / values.length;
  values.forEach((value, idx) => {
    const height = value / most * h;
    const bar = svg('rect', { class: 'b', x: idx * each, y: h - height, width: Math.max(each - 1, .6), height });
    const tip = svg('title', {});
    tip.textContent = ticks.tip(idx, value);
    bar.append(tip);
    box.append(bar);
    if (over && over[idx]) {
      const part = over[idx] / most * h;
      box.append(svg('rect', { class: 'err', x: idx * each, y: h - part, width: Math.max(each - 1, .6), height: part }));
    }
  });
  box.append(svg('line', { class: 'axis', x1: 0, x2: w, y1: h, y2: h }));
  for (const [x, text] of ticks.at(w)) {
    const node = svg('text', { x, y: h + 15, 'text-anchor': x <= 0 ? 'start' : x >= w ? 'end' : 'middle' });
    node.textContent = text;
    box.append(node);
  }
  return box;
}
function timeline() {
  const t = D.timeline;
  if (!t.cases.length) return null;
  const box = bars(t.cases, t.errors, `Cases over ${time(D.duration)}, ${plural(t.found.length, 'finding')} on the way`, {
    tip: (idx, value) => `${time(idx * t.slice)}: ${plural(value, 'case')}, ${t.errors[idx]} failed`,
    at: w => [0, 1, 2, 3, 4].map(i => [w * i / 4, time(Math.round(t.cases.length * t.slice * i / 4))]) });
  for (const us of t.found) {
    const x = Math.min(us / (t.cases.length * t.slice), 1) * 900;
    box.append(svg('line', { class: 'found', x1: x, x2: x, y1: 0, y2: 8 }));
  }
  return el('section', { class: 'card' }, el('h2', {}, 'The run over time'), el('div', { class: 'scroll' }, box),
    el('p', { class: 'legend' }, el('span', {}, el('i', { style: 'background:var(--bar)' }), 'cases'), el('span', {}, el('i', { style: 'background:var(--bar2)' }), '5xx or no answer'), el('span', {}, el('i', { style: 'background:var(--high)' }), 'finding confirmed (strokes on top)')));
}
function trend() {
  if (!D.history.length) return null;
  const [w, h] = [900, 110];
  const runs = D.history.slice(-60);
  const sum = run => Object.values(run.f).reduce((a, b) => a + b, 0);
  const most = Math.max(...runs.map(sum), 1);
  const each = Math.min(w / runs.length, 60);
  const box = svg('svg', { viewBox: `0 0 ${w} ${h + 20}`, width: w, role: 'img', 'aria-label': `Findings by run: ${runs.map(run => `${run.name} ${sum(run)}`).join(', ')}` });
  runs.forEach((run, idx) => {
    let y = h;
    for (const s of SEVERITIES) {
      const height = (run.f[s] || 0) / most * (h - 14);
      y -= height;
      const bar = svg('rect', { class: `f${s[0]}`, x: idx * each, y, width: Math.max(each - 3, 1), height });
      const tip = svg('title', {});
      tip.textContent = `${run.name}: ${run.f[s] || 0} ${s}`;
      bar.append(tip);
      box.append(bar);
    }
    const text = svg('text', { x: idx * each + each / 2 - 1.5, y: y - 3, 'text-anchor': 'middle' });
    text.textContent = sum(run);
    box.append(text);
  });
  box.append(svg('line', { class: 'axis', x1: 0, x2: w, y1: h, y2: h }));
  return el('section', { class: 'card' }, el('h2', {}, 'Findings by run'), el('div', { class: 'scroll' }, box),
    el('p', { class: 'dim' }, `${runs[0].name} … this run`),
    D.gone.length ? el('details', {}, el('summary', {}, `${plural(D.gone.length, 'finding')} of the run before did not come back`), el('ul', { class: 'plain' }, D.gone.map(slug => el('li', {}, el('code', {}, slug))))) : null);
}

// --- parts ---
function list(title, items, draw, empty) {
  if (!items.length) return empty ? el('section', { class: 'card' }, el('h2', {}, title), el('p', { class: 'dim' }, empty)) : null;
  const box = el('ul', { class: 'plain' });
  const add = from => {
    box.append(...items.slice(from, from + 12).map(item => el('li', {}, draw(item))));
    if (from + 12 < items.length) {
      const more = el('button', { class: 'copy', type: 'button' }, `Show all ${number(items.length)}`);
      more.addEventListener('click', () => { more.parentElement.remove(); box.append(...items.slice(from + 12).map(item => el('li', {}, draw(item)))); });
      box.append(el('li', {}, more));
    }
  };
  add(0);
  return el('section', { class: 'card' }, el('h2', {}, title, ' ', el('span', { class: 'tag' }, number(items.length))), box);
}
function overview() {
  const tiles = SEVERITIES.map(s => [s, D.findings.filter(f => f.sev === s).length]).filter(([s, n]) => n || s !== 'critical' && s !== 'info').map(([s, n]) =>
    el('button', { class: 'tile', type: 'button', on: { click: () => { state.sev = new Set([s]); show('findings'); } } }, el('b', { class: n ? s : 'dim' }, number(n)), el('span', {}, s)));
  const reached = D.operations.filter(o => Object.keys(o.out).some(k => k.startsWith('2'))).length;
  tiles.push(el('button', { class: 'tile', type: 'button', on: { click: () => show('operations') } }, el('b', {}, `${number(reached)}/${number(D.operations.length)}`), el('span', {}, 'operations accepted something')));
  tiles.push(el('div', { class: 'tile' }, el('b', {}, number(D.requests)), el('span', {}, `requests in ${time(D.duration)}`)));
  if (D.findings.some(f => f.state)) tiles.push(el('button', { class: 'tile', type: 'button', on: { click: () => { state.only = 'new'; show('findings'); } } },
    el('b', {}, number(D.findings.filter(f => f.state === 'new').length)), el('span', {}, `new; ${number(D.gone.length)} gone`)));
  if (D.flaky.length) tiles.push(el('div', { class: 'tile' }, el('b', {}, number(D.flaky.length)), el('span', {}, 'flaky')));
  const major = D.findings.filter(f => SEVERITIES.indexOf(f.sev) < 3).sort((a, b) => SEVERITIES.indexOf(a.sev) - SEVERITIES.indexOf(b.sev));
  const go = f => el('a', { href: `#f-${f.slug}`, on: { click: event => { event.preventDefault(); open(f); } } }, el('span', { class: 'op' }, f.op), ' ', visible(f.title));
  const gaps = D.operations.flatMap(o => o.gaps.filter(g => !g.startsWith('declared status')).map(g => [o.op, g]));
  const statuses = {};
  for (const o of D.operations) for (const [outcome, times] of Object.entries(o.out)) statuses[outcome] = (statuses[outcome] || 0) + times;
  return [
    D.cut ? el('p', { class: 'warn' }, visible(D.cut)) : null,
    el('div', { class: 'cards' }, tiles),
    trend(),
    list('What matters first', major, f => [el('span', { class: `sev ${f.sev}` }, f.sev), ' ', go(f)], D.findings.length ? 'Only findings of low severity.' : 'Nothing was found in what was tested. What was not tested stands below.'),
    el('div', { class: 'two' },
      el('section', { class: 'card' }, el('h2', {}, 'Answers'), stack(statuses),
        el('p', { class: 'legend' }, [['c2', '2xx'], ['c3', '1xx, 3xx'], ['c4', '4xx'], ['c5', '5xx'], ['c0', 'no answer']].map(([c, n]) => el('span', {}, el('i', { class: c }), n))),
        el('table', {}, el('tbody', {}, Object.entries(statuses).sort((a, b) => b[1] - a[1]).slice(0, 12).map(([outcome, times]) => el('tr', {}, el('td', {}, outcome.replaceAll('_', ' ')), el('td', { class: 'n' }, number(times))))))),
      el('section', { class: 'card' }, el('h2', {}, 'Phases'), el('table', {}, el('thead', {}, el('tr', {}, el('th', {}, 'phase'), el('th', { class: 'n' }, 'planned'), el('th', { class: 'n' }, 'executed'))),
        el('tbody', {}, D.phases.filter(p => p.planned || p.executed).map(p => el('tr', {}, el('td', {}, p.phase), el('td', { class: 'n' }, number(p.planned)), el('td', { class: 'n' }, number(p.executed)))))))),
    timeline(),
    list('Not tested', [...D.skipped, ...gaps], ([op, why]) => [el('span', { class: 'op' }, op), ' ', visible(why)], 'Every operation was reached and accepted something.'),
    list('Flaky: failed once, did not come back', D.flaky, f => [`${visible(f.what)}: ${visible(f.title)} `, el('span', { class: 'tag' }, `${f.k} of ${f.n}`)]),
    list('Could not be judged', D.unjudged, u => [el('code', {}, u.check), ` ${plural(u.times, 'time')}, e.g. ${visible(u.reason)}`]),
    list('Remarks on the contract and the run', D.remarks, text => visible(text)),
    el('section', { class: 'card' }, el('h2', {}, 'This run'), el('dl', { class: 'kv' }, [['Target', D.target], ['Contract', `${D.title}, ${D.source}`], ['Digest', D.digest], ['Seed', D.seed], ['Began', D.began], ['Harness', D.harness], ['Folder', D.folder]]
      .filter(([, value]) => value).map(([name, value]) => [el('dt', {}, name), el('dd', {}, el('code', {}, value))]))),
  ];
}
function operationDetail(o) {
  const mine = D.findings.filter(f => f.op === o.op);
  const outcomes = Object.keys(o.out).sort();
  const classes = Object.keys(o.by || {});
  return el('div', { class: 'in' },
    el('section', { class: 'pair' },
      el('div', {}, el('h3', {}, 'Answers by what was sent'), el('div', { class: 'scroll' }, el('table', {}, el('thead', {}, el('tr', {}, el('th', {}, 'sent'), outcomes.map(s => el('th', { class: 'n' }, s.replaceAll('_', ' '))))),
        el('tbody', {}, classes.map(c => el('tr', {}, el('td', {}, c), outcomes.map(s => el('td', { class: 'n' }, has(o.by[c], s) ? number(o.by[c][s]) : '·')))))))),
      el('div', {}, el('h3', {}, 'Latency'), o.lat ? [el('p', { class: 'dim' }, `median ${time(o.q[0])}, 95 % ${time(o.q[1])}, most ${time(o.q[2])}`), histogram(o)] : el('p', { class: 'dim' }, 'nothing was sent'))),
    mine.length ? el('section', {}, el('h3', {}, 'Findings'), el('ul', { class: 'plain' }, mine.map(f => el('li', {}, el('span', { class: `sev ${f.sev}` }, f.sev), ' ', el('a', { href: `#f-${f.slug}`, on: { click: event => { event.preventDefault(); open(f); } } }, visible(f.title)))))) : null,
    o.gaps.length ? el('section', {}, el('h3', {}, 'Not reached'), el('ul', { class: 'plain' }, o.gaps.map(g => el('li', {}, visible(g))))) : null);
}
function histogram(o) {
  const first = o.lat.findIndex(n => n > 0);
  const values = o.lat.slice(first);
  const edge = idx => time(D.edges[first + idx]);
  return bars(values, null, `Latency: ${values.map((n, idx) => `up to ${edge(idx)} ${n}`).join(', ')}`, {
    tip: (idx, value) => `up to ${edge(idx)}: ${plural(value, 'case')}`,
    at: w => values.length > 1 ? [[w / values.length / 2, edge(0)], [w - w / values.length / 2, edge(values.length - 1)]] : [[w / 2, edge(0)]] });
}
let sorting = ['found', -1];
function operations() {
  const found = {};
  for (const f of D.findings) found[f.op] = (found[f.op] || 0) + 1;
  const value = {
    op: o => o.op, found: o => found[o.op] || 0, executed: o => o.e, median: o => o.q ? o.q[0] : -1, high: o => o.q ? o.q[1] : -1, gaps: o => o.gaps.length };
  const body = el('tbody', {});
  const counted = el('p', { class: 'dim', role: 'status' });
  let text = '';
  const draw = () => {
    const [by, direction] = sorting;
    const shown = D.operations.filter(o => o.op.toLowerCase().includes(text)).sort((a, b) => {
      const [x, y] = [value[by](a), value[by](b)];
      return (x < y ? -1 : x > y ? 1 : 0) * direction;
    });
    counted.textContent = `${number(shown.length)} of ${plural(D.operations.length, 'operation')}`;
    body.replaceChildren();
    const add = from => {
      for (const o of shown.slice(from, from + PAGE)) {
        const button = el('button', { class: 'copy op', type: 'button', 'aria-expanded': 'false' }, o.op);
        const line = el('tr', {}, el('td', {}, button), el('td', { class: 'n' }, found[o.op] ? el('strong', { class: 'high' }, number(found[o.op])) : '0'), el('td', { class: 'n' }, number(o.e)), el('td', {}, stack(o.out)),
          el('td', { class: 'n' }, o.q ? time(o.q[0]) : ''), el('td', { class: 'n' }, o.q ? time(o.q[1]) : ''), el('td', { class: 'n' }, number(o.gaps.length)));
        let more = null;
        button.addEventListener('click', () => {
          if (more) { more.remove(); more = null; } else { more = el('tr', {}, el('td', { colspan: 7 }, operationDetail(o))); line.after(more); }
          button.setAttribute('aria-expanded', String(Boolean(more)));
        });
        body.append(line);
      }
      if (from + PAGE < shown.length) {
        const next = el('button', { class: 'copy', type: 'button' }, `Show ${number(Math.min(PAGE, shown.length - from - PAGE))} more`);
        const line = el('tr', {}, el('td', { colspan: 7 }, next));
        next.addEventListener('click', () => { line.remove(); add(from + PAGE); });
        body.append(line);
      }
    };
    add(0);
  };
  const columns = [['op', 'operation'], ['found', 'findings'], ['executed', 'cases'], [null, 'answers'], ['median', 'median'], ['high', '95 %'], ['gaps', 'gaps']];
  const heads = columns.map(([name, title], idx) => {
    const head = el('th', { class: idx && name ? 'n' : '', scope: 'col' });
    if (!name) head.append(title);
    else head.append(el('button', { type: 'button', on: { click: () => {
      sorting = [name, sorting[0] === name ? -sorting[1] : name === 'op' ? 1 : -1];
      mark();
      draw();
    } } }, title));
    return head;
  });
  const mark = () => columns.forEach(([name], idx) => {
    if (name === sorting[0]) heads[idx].setAttribute('aria-sort', sorting[1] > 0 ? 'ascending' : 'descending');
    else heads[idx].removeAttribute('aria-sort');
  });
  const search = el('input', { type: 'search', placeholder: 'Search operations …', 'aria-label': 'Search operations' });
  search.addEventListener('input', () => { text = search.value.toLowerCase(); draw(); });
  mark();
  draw();
  return [el('div', { class: 'filters', role: 'search' }, search), counted, el('div', { class: 'card scroll' }, el('table', {}, el('thead', {}, el('tr', {}, heads)), body))];
}

// --- the frame ---
const PARTS = { overview: ['Overview', overview], findings: [`Findings (${number(D.findings.length)})`, findings], operations: [`Operations (${number(D.operations.length)})`, operations] };
const tabs = document.getElementById('tabs');
for (const [name, [title]] of Object.entries(PARTS)) {
  const tab = el('button', { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': 'main' }, title);
  tab.addEventListener('click', () => show(name));
  tab.addEventListener('keydown', event => {
    const names = Object.keys(PARTS);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = names[(names.indexOf(name) + step + names.length) % names.length];
    show(next);
    document.getElementById(`tab-${next}`).focus();
  });
  tabs.append(tab);
}
function show(name) {
  for (const other of Object.keys(PARTS)) {
    const tab = document.getElementById(`tab-${other}`);
    tab.setAttribute('aria-selected', String(other === name));
    tab.tabIndex = other === name ? 0 : -1;
  }
  MAIN.setAttribute('role', 'tabpanel');
  MAIN.setAttribute('aria-labelledby', `tab-${name}`);
  MAIN.replaceChildren(...PARTS[name][1]().flat(9).filter(node => node));
  window.scrollTo(0, 0);
  if (location.hash.slice(1) !== name) history.replaceState(null, '', `#${name}`);
}
function open(f) {
  Object.assign(state, { text: '', sev: new Set(SEVERITIES), check: f.check, only: '', op: f.op });
  show('findings');
  const box = document.getElementById(`f-${f.slug}`);
  if (!box) return;
  box.open = true;
  if (box.children.length === 1) box.append(detail(f));
  history.replaceState(null, '', `#f-${f.slug}`);
  box.querySelector('summary').focus();
  box.scrollIntoView();
}
function route() {
  const name = decodeURIComponent(location.hash.slice(1));
  const f = name.startsWith('f-') && D.findings.find(f => `f-${f.slug}` === name);
  if (f) open(f);
  else show(has(PARTS, name) ? name : 'overview');
}
window.addEventListener('hashchange', route);
// On paper everything that is shown is open.
window.addEventListener('beforeprint', () => document.querySelectorAll('details.f').forEach(box => { box.open = true; }));
const verdict = document.getElementById('verdict');
const kind = D.findings.length ? 'bad' : D.executed ? 'good' : 'none';
verdict.className = kind;
verdict.textContent = { bad: plural(D.findings.length, 'finding'), good: 'No findings', none: 'Nothing tested' }[kind];
document.getElementById('title').textContent = D.title || 'Untitled contract';
document.getElementById('facts').textContent = [D.target, D.began, `${number(D.executed)} of ${number(D.planned)} cases`, D.seed ? `seed ${D.seed}` : ''].filter(Boolean).join(' · ');
route();
})();
