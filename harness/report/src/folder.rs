//! The folder of a run.

use std::fs;
use std::path::{Path, PathBuf};

use crate::ReportError;

/// `reports/<run>/` with `failures/` in it.
#[derive(Clone, Debug)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Makes the folder and tries whether it can be written to, so that a run does not find out at its
    /// end.
    ///
    /// # Errors
    /// If it exists already or cannot be written to.
    pub fn create(path: &Path) -> Result<Self, ReportError> {
        let refused = |path: &Path| {
            let path = path.to_path_buf();
            move |source| ReportError::Write { path, source }
        };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(refused(parent))?;
        }
        match fs::create_dir(path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                return Err(ReportError::Exists(path.to_path_buf()));
            }
            Err(error) => return Err(refused(path)(error)),
        }
        let failures = path.join("failures");
        fs::create_dir(&failures).map_err(refused(&failures))?;
        let probe = failures.join(".probe");
        fs::write(&probe, b"room?").map_err(refused(&probe))?;
        fs::remove_file(&probe).map_err(refused(&probe))?;
        Ok(Self { path: path.to_path_buf() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file of the run, whole or not at all: to a name of its own first, then renamed.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, name: &str, octets: &[u8]) -> Result<PathBuf, ReportError> {
        let path = self.path.join(name);
        let partial = self.path.join(format!("{name}.partial"));
        let refused = |source| ReportError::Write { path: path.clone(), source };
        fs::write(&partial, octets).map_err(refused)?;
        fs::rename(&partial, &path).map_err(refused)?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::RunFolder;
    use crate::ReportError;

    #[test]
    fn a_folder_that_exists_is_not_used_again() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let path = scratch.path().join("reports/run");
        RunFolder::create(&path).expect("it is new");
        assert!(matches!(RunFolder::create(&path), Err(ReportError::Exists(_))));
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        std::fs::write(scratch.path().join("reports"), "a file").expect("written");
        let error = RunFolder::create(&scratch.path().join("reports/run")).expect_err("no folder");
        assert!(error.to_string().contains("reports"), "{error}");
        assert!(error.to_string().contains("--reports"), "{error}");
    }

    #[test]
    fn files_are_whole_or_absent() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let folder = RunFolder::create(&scratch.path().join("run")).expect("it is new");
        folder.write("a.json", b"{}").expect("written");
        assert!(folder.write("no/such/folder.json", b"{}").is_err());
        let left = std::fs::read_dir(folder.path()).expect("listed").count();
        assert_eq!(left, 2, "failures and a.json");
    }
}
