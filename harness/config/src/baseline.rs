//! The baseline: findings that are known, why they are accepted, and until when.

use harness_model::{Assessed, Counterexample, Severity, Signature, Standing};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The file of known findings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// In the order of acceptance.
    #[serde(default, rename = "finding")]
    pub findings: Vec<Known>,
}

/// A finding that somebody has accepted for the time being.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Name of the check.
    pub check: String,
    /// The operation, e.g. `POST /orders`.
    pub operation: String,
    /// The signature's effect.
    pub effect: String,
    /// Name of the failure file, for finding it again; the three fields above decide.
    pub slug: String,
    /// How much it matters, as it was when accepted.
    pub severity: Severity,
    /// Why it is accepted.
    pub reason: String,
    /// Last day (`YYYY-MM-DD`, UTC) on which it counts as known; left out: for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

impl Known {
    /// An entry for a finding.
    pub fn of(finding: &harness_model::Finding, reason: &str, expires: Option<String>) -> Self {
        let signature = &finding.signature;
        Self {
            check: signature.check.clone(),
            operation: signature.operation.to_string(),
            effect: signature.effect.clone(),
            slug: signature.slug(),
            severity: finding.severity,
            reason: reason.to_owned(),
            expires,
        }
    }

    /// Whether it is about this signature.
    pub fn is(&self, signature: &Signature) -> bool {
        self.check == signature.check
            && self.operation == signature.operation.as_str()
            && self.effect == signature.effect
    }

    /// Whether its last day is over. `today` is `YYYY-MM-DD`: such dates sort as texts.
    pub fn is_expired(&self, today: &str) -> bool {
        self.expires.as_deref().is_some_and(|last| last < today)
    }
}

/// A text that is no date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the entry {slug} expires on {text:?}, which is not written YYYY-MM-DD")]
pub struct NotADate {
    slug: String,
    text: String,
}

impl Baseline {
    /// As TOML, with a line that says what it is.
    pub fn to_toml(&self) -> String {
        let body = toml::to_string_pretty(self).expect("a baseline is plain data");
        format!(
            "# Known findings: harness baseline accept, prune and show keep this file.\n\n{body}"
        )
    }

    /// Whether every date is one.
    ///
    /// # Errors
    /// At the first that is not.
    pub fn check_dates(&self) -> Result<(), NotADate> {
        for known in &self.findings {
            let Some(text) = &known.expires else { continue };
            let digits = |range: std::ops::Range<usize>| {
                text.get(range).is_some_and(|part| part.bytes().all(|b| b.is_ascii_digit()))
            };
            let dashes = text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
            if text.len() != 10 || !dashes || !digits(0..4) || !digits(5..7) || !digits(8..10) {
                return Err(NotADate { slug: known.slug.clone(), text: text.clone() });
            }
        }
        Ok(())
    }

    /// What every finding of a run and every entry is. `exercised` answers whether a finding that did
    /// not come back could have: its operation was reached and its check was asked.
    pub fn assess(
        &self,
        found: &[Counterexample],
        today: &str,
        exercised: &dyn Fn(&Known) -> bool,
    ) -> Vec<Assessed> {
        let mut assessed = Vec::new();
        for counterexample in found {
            let finding = &counterexample.finding;
            let known = self.findings.iter().find(|known| known.is(&finding.signature));
            let standing = match known {
                None => Standing::New,
                Some(known) if known.is_expired(today) => Standing::Expired,
                Some(_) => Standing::Known,
            };
            assessed.push(Assessed {
                slug: finding.signature.slug(),
                operation: finding.signature.operation.to_string(),
                severity: finding.severity,
                standing,
            });
        }
        let is_back = |known: &&Known| found.iter().any(|f| known.is(&f.finding.signature));
        for known in self.findings.iter().filter(|known| !is_back(known)) {
            let standing = if exercised(known) { Standing::Fixed } else { Standing::NotExercised };
            assessed.push(Assessed {
                slug: known.slug.clone(),
                operation: known.operation.clone(),
                severity: known.severity,
                standing,
            });
        }
        assessed
    }
}

#[cfg(test)]
mod tests {
    use harness_model::Severity;

    use super::{Baseline, Known};

    fn known(expires: Option<&str>) -> Known {
        Known {
            check: "server_error".to_owned(),
            operation: "GET /a".to_owned(),
            effect: "500".to_owned(),
            slug: "server_error-GET-a-00000000".to_owned(),
            severity: Severity::High,
            reason: "being mended".to_owned(),
            expires: expires.map(str::to_owned),
        }
    }

    #[test]
    fn an_entry_counts_through_its_last_day() {
        let entry = known(Some("2030-02-01"));
        assert!(!entry.is_expired("2030-02-01"));
        assert!(entry.is_expired("2030-02-02"));
        assert!(!known(None).is_expired("9999-12-31"));
    }

    #[test]
    fn what_is_written_reads_back() {
        let baseline = Baseline { findings: vec![known(Some("2030-02-01")), known(None)] };
        let text = baseline.to_toml();
        assert_eq!(crate::read_baseline(&text, "b.toml"), Ok(baseline));
    }

    #[test]
    fn dates_are_checked() {
        for (text, good) in [("2030-02-01", true), ("2030-2-1", false), ("soon", false)] {
            let baseline = Baseline { findings: vec![known(Some(text))] };
            assert_eq!(baseline.check_dates().is_ok(), good, "{text}");
        }
    }
}
