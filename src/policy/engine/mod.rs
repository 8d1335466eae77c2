//! Runs the rules over a spec and decides: refused, rewritten, noted or allowed.

use std::cmp::Reverse;

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
    for rule in rules::RULES {
        for hit in (rule.check)(spec, facts) {
            let Hit {
                what,
                origin,
                instead,
                action,
            } = hit;
            let permit = permit(rule.id, allows, facts.today, site);
            let verdict = decide(rule.severity, &action, level, &permit, site.mode);
            if let (Action::Rewrite { fix, .. }, Verdict::Rewritten { .. }) = (action, &verdict) {
                fix(spec);
            }
            findings.push(Finding {
                rule,
                what,
                origin,
                instead: instead.unwrap_or_else(|| rule.instead.to_owned()),
                verdict,
            });
        }
    }
    findings.sort_by_key(|finding| {
        (
            !matches!(finding.verdict, Verdict::Refused(_)),
            Reverse(finding.rule.severity),
        )
    });
    let is_needed = |allow: &Allow| {
        findings
            .iter()
            .any(|finding| covers(allow.rule, finding.rule.id))
    };
    let unneeded = allows.iter().filter(|allow| !is_needed(allow)).cloned();
    Judgement {
        level,
        unneeded: unneeded.collect(),
        findings,
    }
}

/// Rules that speak for a special case of theirs too: who allows or forbids the one means the other.
const COVERS: [(RuleId, RuleId); 1] = [(RuleId::RootUser, RuleId::RootUserRootful)];

/// Does what is said of the rule `given` hold for the rule `id`?
fn covers(given: RuleId, id: RuleId) -> bool {
    given == id || COVERS.contains(&(given, id))
}

/// The override by which a rule may be broken today, or why there is none.
fn permit<'a>(
    rule: RuleId,
    allows: &'a [Allow],
    today: Date,
    site: &Site,
) -> Result<&'a Allow, Refusal> {
    if site.forbidden().any(|id| covers(id, rule)) {
        return Err(Refusal::Forbidden);
    }
    let mut refusal = Refusal::NotAllowed;
    for allow in allows.iter().filter(|allow| covers(allow.rule, rule)) {
        match allow.until {
            Some(until) if until < today => {
                let reason = allow.reason.clone();
                refusal = Refusal::Expired { reason, until };
            }
            Some(_) | None => return Ok(allow),
        }
    }
    Err(refusal)
}

/// What becomes of a hit: the one place where this is decided.
fn decide(
    severity: Severity,
    action: &Action,
    level: Level,
    permit: &Result<&Allow, Refusal>,
    mode: Enforcement,
) -> Verdict {
    let is_strict = level == Level::Restricted && severity >= Severity::Medium;
    match (action, permit, mode) {
        (Action::Inform, _, _) if !is_strict => Verdict::Shown,
        (_, Ok(allow), _) => Verdict::Allowed {
            reason: allow.reason.clone(),
            by: allow.origin.clone(),
        },
        // What may start must not be less safe than it was at the milder level.
        (Action::Rewrite { to, .. }, Err(_), mode) if !is_strict || mode == Enforcement::Warn => {
            Verdict::Rewritten { to: to.clone() }
        }
        (Action::Warn, Err(_), _) if !is_strict => Verdict::Noted,
        (_, Err(refusal), Enforcement::Enforce) => Verdict::Refused(refusal.clone()),
        (_, Err(_), Enforcement::Warn) => Verdict::Noted,
    }
}

#[cfg(test)]
mod tests;
