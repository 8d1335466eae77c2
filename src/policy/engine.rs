//! Runs the rules over a spec and decides: refused, rewritten, noted or allowed.

use super::facts::Facts;
use super::level::{Enforcement, Level};
use super::rule::{Action, Hit, Rule, Severity};
use super::rules;
use super::site::Site;
use crate::allow::{Allow, Date};
use crate::origin::Origin;
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// What became of a hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The container does not start.
    Refused(Refusal),
    /// The value was changed.
    Rewritten {
        /// To this.
        to: String,
    },
    /// It runs; a note says so.
    Noted,
    /// It runs although a rule speaks against it, because a person gave a reason.
    Allowed {
        /// The reason.
        reason: String,
        /// Where the override was given.
        by: Origin,
    },
    /// For `check` only.
    Shown,
}

/// Why a refusal stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody allowed it.
    NotAllowed,
    /// It was allowed up to a day that has passed.
    Expired {
        /// The reason given then.
        reason: String,
        /// The last day.
        until: Date,
    },
    /// The site policy forbids it, whatever anybody allows.
    Forbidden,
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// What it found.
    pub what: String,
    /// The setting that makes it so.
    pub origin: Origin,
    /// What to type instead.
    pub instead: String,
    /// What became of it.
    pub verdict: Verdict,
}

/// What the rules make of a spec.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The level that was judged at: the stricter of what was asked and what the site demands.
    pub level: Level,
    /// All findings, the worst first.
    pub findings: Vec<Finding>,
    /// Overrides that met no finding.
    pub unneeded: Vec<Allow>,
}

impl Judgement {
    /// Must the container not start?
    pub fn is_refused(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| matches!(finding.verdict, Verdict::Refused(_)))
    }
}

/// Applies every rule to `spec`, which is changed where a rule rewrites.
pub(crate) fn judge(
    spec: &mut Spec,
    facts: &Facts<'_>,
    level: Level,
    allows: &[Allow],
    site: &Site,
) -> Judgement {
    let level = level.max(site.level);
    let mut findings = Vec::new();
    let mut needed: Vec<RuleId> = Vec::new();
    for rule in rules::RULES {
        for hit in (rule.check)(spec, facts) {
            let Hit {
                what,
                origin,
                instead,
                action,
            } = hit;
            let permit = Permit::find(rule, allows, facts.today, site);
            needed.push(rule.id);
            let verdict = decide(rule, action, level, &permit, site.mode, spec);
            let instead = instead.unwrap_or_else(|| rule.instead.to_owned());
            findings.push(Finding {
                rule,
                what,
                origin,
                instead,
                verdict,
            });
        }
    }
    findings.sort_by_key(|finding| {
        (
            !matches!(finding.verdict, Verdict::Refused(_)),
            std::cmp::Reverse(finding.rule.severity),
        )
    });
    let unneeded = allows
        .iter()
        .filter(|allow| !needed.iter().any(|id| covers(allow.rule, *id)))
        .cloned()
        .collect();
    Judgement {
        level,
        findings,
        unneeded,
    }
}

/// Rules whose override covers a special case of theirs too.
const COVERS: [(RuleId, RuleId); 1] = [(RuleId::RootUser, RuleId::RootUserRootful)];

/// Does an override of the rule `given` hold for the rule `id`?
fn covers(given: RuleId, id: RuleId) -> bool {
    given == id || COVERS.contains(&(given, id))
}

/// What the overrides say about a rule.
enum Permit {
    None,
    Given(Allow),
    Expired(Allow),
    Forbidden,
}

impl Permit {
    fn find(rule: &Rule, allows: &[Allow], today: Date, site: &Site) -> Self {
        let mut of_rule = allows.iter().filter(|allow| covers(allow.rule, rule.id));
        if site.forbids(rule.id) {
            return Self::Forbidden;
        }
        let holds = |allow: &&Allow| allow.until.is_none_or(|until| today <= until);
        match of_rule.clone().find(holds).or_else(|| of_rule.next()) {
            None => Self::None,
            Some(allow) if holds(&allow) => Self::Given(allow.clone()),
            Some(allow) => Self::Expired(allow.clone()),
        }
    }
}

fn decide(
    rule: &Rule,
    action: Action,
    level: Level,
    permit: &Permit,
    mode: Enforcement,
    spec: &mut Spec,
) -> Verdict {
    let strict = level == Level::Restricted && rule.severity >= Severity::Medium;
    let refusal = match (&action, permit) {
        (Action::Inform, _) if !strict => return Verdict::Shown,
        (_, Permit::Given(allow)) => {
            return Verdict::Allowed {
                reason: allow.reason.clone(),
                by: allow.origin.clone(),
            };
        }
        (_, Permit::Forbidden) => Refusal::Forbidden,
        (
            _,
            Permit::Expired(Allow {
                until: Some(until),
                reason,
                ..
            }),
        ) => Refusal::Expired {
            reason: reason.clone(),
            until: *until,
        },
        (_, Permit::Expired(_) | Permit::None) => Refusal::NotAllowed,
    };
    match action {
        Action::Refuse => {}
        Action::Warn | Action::Inform | Action::Rewrite { .. } if strict => {}
        Action::Warn | Action::Inform => return Verdict::Noted,
        Action::Rewrite { to, fix } => {
            fix(spec);
            return Verdict::Rewritten { to };
        }
    }
    match mode {
        Enforcement::Enforce => Verdict::Refused(refusal),
        Enforcement::Warn => Verdict::Noted,
    }
}
