//! The settings file as defaults of the command line: what the user typed wins, what the file says
//! fills the rest.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::ArgMatches;
use clap::parser::ValueSource;
use harness_campaign::{Filter, Rule, Rules};
use harness_check::{CHECKS, RUN_CHECKS};
use harness_config::{Identity, SETTINGS_FILE, Settings};
use harness_model::Seed;

use crate::args::{ConnectionArgs, ReplayArgs, RunArgs, values};
use crate::documents::read_file;
use crate::exit::{Exit, Failure};
use crate::way::identities_of;

/// Names of the arguments that the user typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given(BTreeSet<String>);

impl Given {
    /// Those of a command and its subcommand.
    pub(crate) fn of(matches: &ArgMatches) -> Self {
        let mut given = BTreeSet::new();
        let mut at = Some(matches);
        while let Some(matches) = at {
            let typed = |id: &str| {
                matches.try_contains_id(id).is_ok()
                    && matches.value_source(id) == Some(ValueSource::CommandLine)
            };
            given.extend(matches.ids().map(ToString::to_string).filter(|id| typed(id)));
            at = matches.subcommand().map(|(_, matches)| matches);
        }
        Self(given)
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// A settings file, and what was typed beside it.
#[derive(Default)]
pub(crate) struct Defaults {
    settings: Settings,
    /// For messages.
    file: String,
    given: Given,
}

/// A variable of the environment.
#[expect(clippy::disallowed_methods, reason = "the command line is the door to the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl Defaults {
    /// Reads the file that was named, else the one in the working directory, if there is one.
    pub(crate) fn read(named: Option<&Path>, given: Given) -> Result<Self, Failure> {
        let path = named.map_or_else(|| PathBuf::from(SETTINGS_FILE), Path::to_path_buf);
        if named.is_none() && !path.is_file() {
            return Ok(Self { given, ..Self::default() });
        }
        let file = path.display().to_string();
        let octets = read_file(&path).map_err(|error| Failure::new(Exit::Usage, error))?;
        let text = String::from_utf8(octets)
            .map_err(|_| Failure::new(Exit::Usage, anyhow!("{file} is not UTF-8")))?;
        let settings = harness_config::read_settings(&text, &file, &variable)
            .map_err(|error| Failure::new(Exit::Usage, error))?;
        Ok(Self { settings, file, given })
    }

    /// A value of the file, read as the argument of the same meaning would be.
    fn parsed<T>(
        &self,
        name: &str,
        text: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        parse(text).map_err(|why| {
            Failure::new(Exit::Usage, anyhow!("{}: {name} = {text:?}: {why}", self.file))
        })
    }

    /// Fills what was not typed for a run, and answers the rules that have no argument.
    pub(crate) fn fill_run(&self, args: &mut RunArgs) -> Result<Rules, Failure> {
        let Settings { budget, .. } = &self.settings;
        let settings = &self.settings;
        if let Some(target) = &settings.target
            && args.target.is_none()
        {
            args.target = Some(self.parsed("target", target, values::target)?);
        }
        args.contract = args.contract.take().or_else(|| settings.contract.clone());
        args.base_path = args.base_path.take().or_else(|| settings.base_path.clone());
        if !self.given.has("overlay") {
            args.reading.overlay.clone_from(&settings.overlays);
        }
        let plan = &mut args.plan;
        for (name, texts, filters) in [
            ("include", &settings.include, &mut plan.include),
            ("exclude", &settings.exclude, &mut plan.exclude),
        ] {
            if !self.given.has(name) {
                let parsed = texts.iter().map(|text| self.parsed(name, text, values::filter));
                *filters = parsed.collect::<Result<_, _>>()?;
            }
        }
        plan.seed = plan.seed.or(settings.seed.map(Seed));
        if let Some(time) = &budget.max_time
            && plan.max_time.is_none()
        {
            plan.max_time = Some(self.parsed("max_time", time, values::duration)?);
        }
        if let Some(rate) = &budget.rate
            && plan.rate.is_none()
        {
            plan.rate = Some(self.parsed("rate", rate, values::rate)?);
        }
        if let Some(cases) = budget.cases.filter(|_| !self.given.has("cases")) {
            plan.cases = cases;
        }
        if let Some(workers) = budget.workers.filter(|_| !self.given.has("workers")) {
            plan.workers = self.parsed("workers", &workers.to_string(), values::workers)?;
        }
        let regressions = settings.regressions.as_ref().map(PathBuf::from);
        plan.regressions = plan.regressions.take().or(regressions);
        if let Some(reports) =
            settings.output.reports.as_ref().filter(|_| !self.given.has("reports"))
        {
            args.output.reports = reports.into();
        }
        let judged = &mut args.judged;
        judged.fail_on = judged.fail_on.or(settings.fail_on);
        judged.baseline = judged.baseline.take().or(settings.baseline.as_ref().map(PathBuf::from));
        self.fill_connection(&mut args.connection)?;
        self.rules(&args.judged.disabled_checks)
    }

    /// Fills what was not typed for a replay.
    pub(crate) fn fill_replay(&self, args: &mut ReplayArgs) -> Result<(), Failure> {
        self.fill_connection(&mut args.connection)
    }

    fn fill_connection(&self, args: &mut ConnectionArgs) -> Result<(), Failure> {
        let connection = &self.settings.connection;
        for (name, value) in &self.settings.headers {
            let typed = args.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
            if !typed {
                let field = format!("{name}: {value}");
                // The value may be a secret: only the name is said.
                let parsed = values::header(&field).map_err(|why| {
                    Failure::new(Exit::Usage, anyhow!("{}: headers, {name}: {why}", self.file))
                })?;
                args.headers.push(parsed);
            }
        }
        args.insecure |= connection.insecure;
        args.allow_wire |= connection.allow_wire && !args.no_wire;
        args.no_wire |= connection.no_wire && !args.allow_wire;
        if let Some(time) =
            connection.request_timeout.as_ref().filter(|_| !self.given.has("request_timeout"))
        {
            args.request_timeout = self.parsed("request_timeout", time, values::duration)?;
        }
        let path = |text: &Option<String>| text.as_ref().map(PathBuf::from);
        args.ca_file = args.ca_file.take().or_else(|| path(&connection.ca_file));
        let certificate = || path(&connection.client_certificate);
        args.client_certificate = args.client_certificate.take().or_else(certificate);
        if let Some(proxy) = &connection.proxy
            && args.proxy.is_none()
        {
            args.proxy = Some(self.parsed("proxy", proxy, values::proxy)?);
        }
        let mut identities = typed(args);
        let file = args.auth_file.clone().or_else(|| path(&self.settings.auth_file));
        if let Some(file) = file {
            identities.extend(identities_of(&file, &variable)?);
        }
        identities.extend(self.settings.identities.iter().cloned());
        args.identities = identities;
        Ok(())
    }

    fn rules(&self, disabled: &[String]) -> Result<Rules, Failure> {
        let settings = &self.settings;
        let everywhere = Rule {
            filter: None,
            disabled_checks: settings.disabled_checks.iter().chain(disabled).cloned().collect(),
            expected_statuses: Vec::new(),
            parameters: settings.fixed.parameters.clone(),
            body: settings.fixed.body.clone(),
        };
        let mut rules = vec![everywhere];
        for (filter, own) in &settings.operations {
            rules.push(Rule {
                filter: Some(self.parsed("operations", filter, |text| {
                    Filter::parse(text).map_err(|error| error.to_string())
                })?),
                disabled_checks: own.disabled_checks.clone(),
                expected_statuses: own.expected_statuses.clone(),
                parameters: own.fixed.parameters.clone(),
                body: own.fixed.body.clone(),
            });
        }
        for name in rules.iter().flat_map(|rule| &rule.disabled_checks) {
            let is_known = CHECKS.iter().any(|check| check.name == name)
                || RUN_CHECKS.iter().any(|check| check.name == name);
            if !is_known {
                let error = anyhow!("there is no check {name:?}; `harness explain` lists them");
                return Err(Failure::new(Exit::Usage, error));
            }
        }
        Ok(Rules { rules })
    }
}

/// The identity that the arguments give: one, whatever they combine.
fn typed(args: &ConnectionArgs) -> Vec<Identity> {
    let identity = Identity {
        name: "command line".to_owned(),
        basic: args.basic.clone(),
        bearer: args.bearer.clone(),
        api_key: args.api_key.clone(),
        ..Identity::default()
    };
    if identity.is_empty() { Vec::new() } else { vec![identity] }
}
