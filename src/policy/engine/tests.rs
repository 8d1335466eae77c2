use super::*;
use crate::host::Fake;
use crate::testing::{TestRun, Verdicts};

/// What becomes of a hit. A cell is a word, several, any, or !word for any but that; each case has exactly one row.
const VERDICTS: &str = "
    inform   any                   baseline    any     any      shown
    inform   info|low              restricted  any     any      shown
    inform   medium|high|critical  restricted  given   any      allowed
    inform   medium|high|critical  restricted  !given  enforce  refused
    inform   medium|high|critical  restricted  !given  warn     noted

    warn     any                   any         given   any      allowed
    warn     any                   baseline    !given  any      noted
    warn     info|low              restricted  !given  any      noted
    warn     medium|high|critical  restricted  !given  enforce  refused
    warn     medium|high|critical  restricted  !given  warn     noted

    rewrite  any                   any         given   any      allowed
    rewrite  any                   baseline    !given  any      rewritten
    rewrite  info|low              restricted  !given  any      rewritten
    rewrite  medium|high|critical  restricted  !given  enforce  refused
    rewrite  medium|high|critical  restricted  !given  warn     rewritten

    refuse   any                   any         given   any      allowed
    refuse   any                   any         !given  enforce  refused
    refuse   any                   any         !given  warn     noted
";

/// The day of the tests, and the days around it.
const YESTERDAY: &str = "2026-11-21";
const TODAY: &str = "2026-11-22";
const TOMORROW: &str = "2026-11-23";
/// Any rule will do where severity and action are those of the case.
const RULE: RuleId = RuleId::HostNetwork;

fn actions() -> [Action; 4] {
    let to = "safe".to_owned();
    let fix = Box::new(|_: &mut Spec| ());
    [
        Action::Inform,
        Action::Warn,
        Action::Rewrite { to, fix },
        Action::Refuse,
    ]
}

// Exhaustive, so that a new word has its rows.
fn words(action: &Action, level: Level, mode: Enforcement) -> [&'static str; 3] {
    let action = match action {
        Action::Inform => "inform",
        Action::Warn => "warn",
        Action::Rewrite { .. } => "rewrite",
        Action::Refuse => "refuse",
    };
    let level = match level {
        Level::Baseline => "baseline",
        Level::Restricted => "restricted",
    };
    let mode = match mode {
        Enforcement::Enforce => "enforce",
        Enforcement::Warn => "warn",
    };
    [action, level, mode]
}

fn allow(rule: RuleId, until: Option<&str>) -> Allow {
    Allow {
        rule,
        reason: format!("until {until:?}"),
        until: until.map(|day| day.parse().unwrap()),
        origin: Origin::Host("a test"),
    }
}

fn forbidding(forbid: &[RuleId]) -> Site {
    Site {
        forbid: forbid.to_vec(),
        ..Site::default()
    }
}

/// What the overrides make of the rule on the day of the tests.
fn permitted<'a>(rule: RuleId, allows: &'a [Allow], site: &Site) -> Result<&'a Allow, Refusal> {
    permit(rule, allows, TODAY.parse().unwrap(), site)
}

#[test]
fn each_combination_has_one_verdict() {
    let rows: Vec<Vec<&str>> = VERDICTS
        .lines()
        .map(|line| line.split_whitespace().collect())
        .filter(|row: &Vec<&str>| !row.is_empty())
        .collect();
    let mut unused = rows.clone();
    let (held, expired) = ([allow(RULE, Some(TODAY))], [allow(RULE, Some(YESTERDAY))]);
    let (free, forbidding) = (Site::default(), forbidding(&[RULE]));
    let permits = [
        ("none", permitted(RULE, &[], &free)),
        ("given", permitted(RULE, &held, &free)),
        ("expired", permitted(RULE, &expired, &free)),
        ("forbidden", permitted(RULE, &[], &forbidding)),
        ("forbidden-override", permitted(RULE, &held, &forbidding)),
    ];
    for action in &actions() {
        for severity in Severity::ALL {
            for level in [Level::Baseline, Level::Restricted] {
                for (permit_word, permit) in &permits {
                    for mode in [Enforcement::Enforce, Enforcement::Warn] {
                        let [action_word, level_word, mode_word] = words(action, level, mode);
                        let case = [
                            action_word,
                            severity.name(),
                            level_word,
                            permit_word,
                            mode_word,
                        ];
                        let of_case = rows.iter().filter(|row| case.iter().zip(*row).all(is_in));
                        let [row] = of_case.collect::<Vec<_>>()[..] else {
                            panic!("{case:?} has not one row");
                        };
                        unused.retain(|other| other != row);
                        let verdict = decide(severity, action, level, permit, mode);
                        assert_eq!(verdict, expected(row[5], permit), "{case:?}");
                    }
                }
            }
        }
    }
    assert_eq!(unused, [[""; 0]; 0]);
}

fn is_in((word, cell): (&&str, &&str)) -> bool {
    match cell.strip_prefix('!') {
        Some(other) => *word != other,
        None => *cell == "any" || cell.split('|').any(|one| one == *word),
    }
}

fn expected(word: &str, permit: &Result<&Allow, Refusal>) -> Verdict {
    match (word, permit) {
        ("shown", _) => Verdict::Shown,
        ("noted", _) => Verdict::Noted,
        ("rewritten", _) => Verdict::Rewritten { to: "safe".into() },
        ("refused", Err(refusal)) => Verdict::Refused(refusal.clone()),
        ("allowed", Ok(allow)) => Verdict::Allowed {
            reason: allow.reason.clone(),
            by: allow.origin.clone(),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_override_holds_to_the_end_of_its_last_day() {
    let free = Site::default();
    for until in [None, Some(TOMORROW), Some(TODAY)] {
        let allows = [allow(RULE, until)];
        assert_eq!(permitted(RULE, &allows, &free), Ok(&allows[0]), "{until:?}");
    }
    let expired = Refusal::Expired {
        reason: allow(RULE, Some(YESTERDAY)).reason,
        until: YESTERDAY.parse().unwrap(),
    };
    let allows = [allow(RULE, Some(YESTERDAY))];
    assert_eq!(permitted(RULE, &allows, &free), Err(expired));
    assert_eq!(permitted(RULE, &[], &free), Err(Refusal::NotAllowed));
}

#[test]
fn of_two_overrides_one_that_holds_is_enough() {
    let free = Site::default();
    let [held, expired, older] =
        [TODAY, YESTERDAY, "2026-01-31"].map(|until| allow(RULE, Some(until)));
    for allows in [
        [expired.clone(), held.clone()],
        [held.clone(), expired.clone()],
    ] {
        assert_eq!(permitted(RULE, &allows, &free), Ok(&held));
    }
    // Else the one that was given last, by the layer that is nearest to the person.
    let refusal = permitted(RULE, &[older, expired], &free).unwrap_err();
    assert!(
        matches!(refusal, Refusal::Expired { until, .. } if until.to_string() == YESTERDAY),
        "{refusal:?}"
    );
}

#[test]
fn what_the_site_forbids_has_no_override() {
    let own = [
        RuleId::UntrustedRegistry,
        RuleId::BindRoot,
        RuleId::SiteMaximum,
    ];
    for rule in RuleId::ALL.iter().copied() {
        let allows = [allow(rule, None)];
        let forbidden = Err(Refusal::Forbidden);
        for allows in [&allows[..], &[]] {
            let permit = permitted(rule, allows, &forbidding(&[rule]));
            assert_eq!(permit, forbidden, "{rule}");
        }
        let free = permitted(rule, &allows, &Site::default());
        assert_eq!(free == forbidden, own.contains(&rule), "{rule}");
    }
    let other = forbidding(&[RuleId::Privileged]);
    assert!(permitted(RULE, &[allow(RULE, None)], &other).is_ok());
}

#[test]
fn an_override_covers_its_rule_and_the_special_case_of_root() {
    let special = (RuleId::RootUser, RuleId::RootUserRootful);
    for given in RuleId::ALL.iter().copied() {
        for rule in RuleId::ALL.iter().copied() {
            let expected = given == rule || (given, rule) == special;
            assert_eq!(covers(given, rule), expected, "{given} for {rule}");
        }
    }
    let allows = [allow(RuleId::RootUser, None)];
    let free = Site::default();
    let permit = permitted(RuleId::RootUserRootful, &allows, &free);
    assert_eq!(permit, Ok(&allows[0]));
}

#[test]
fn who_forbids_a_rule_forbids_its_special_case() {
    let allows = [RuleId::RootUser, RuleId::RootUserRootful].map(|rule| allow(rule, None));
    let forbidden = Err(Refusal::Forbidden);
    let general = forbidding(&[RuleId::RootUser]);
    assert_eq!(
        permitted(RuleId::RootUserRootful, &allows, &general),
        forbidden
    );
    let special = forbidding(&[RuleId::RootUserRootful]);
    assert_eq!(
        permitted(RuleId::RootUserRootful, &allows, &special),
        forbidden
    );
    assert_eq!(
        permitted(RuleId::RootUser, &allows, &special),
        Ok(&allows[0])
    );
}

/// A run under a policy.
fn under(policy: &str, words: &[&str]) -> Verdicts {
    let host = Fake::rootful();
    let run = TestRun {
        site: Site::parse(policy, "policy.yaml").unwrap(),
        ..TestRun::on(&host)
    };
    run.judge(words)
}

fn verdict_of(verdicts: &Verdicts, rule: RuleId) -> &Verdict {
    let mut findings = verdicts.judgement.findings.iter();
    let found = findings.find(|finding| finding.rule.id == rule);
    &found
        .unwrap_or_else(|| panic!("{rule} finds nothing"))
        .verdict
}

#[test]
fn the_site_s_level_is_the_floor() {
    let sshd = ["--userns=auto", "--user=0"];
    for (site, asked, stricter) in [
        ("baseline", "baseline", Level::Baseline),
        ("baseline", "restricted", Level::Restricted),
        ("restricted", "baseline", Level::Restricted),
        ("restricted", "restricted", Level::Restricted),
    ] {
        let words = [&sshd[..], &["--level", asked]].concat();
        let judged = under(&format!("level: {site}"), &words);
        assert_eq!(judged.judgement.level, stricter, "{site} {asked}");
        let verdict = verdict_of(&judged, RuleId::RootUser);
        let is_refused = matches!(verdict, Verdict::Refused(Refusal::NotAllowed));
        assert_eq!(is_refused, stricter == Level::Restricted, "{site} {asked}");
    }
}

#[test]
fn in_mode_warn_a_refusal_is_a_note() {
    let words = ["--privileged", "--allow", "uts-host=why", "--uts=host"];
    let enforced = under("mode: enforce", &words);
    assert!(enforced.judgement.is_refused());
    let warned = under("mode: warn", &words);
    assert!(!warned.judgement.is_refused());
    assert_eq!(verdict_of(&warned, RuleId::Privileged), &Verdict::Noted);
    let allowed = verdict_of(&warned, RuleId::UtsHost);
    assert!(matches!(allowed, Verdict::Allowed { .. }), "{allowed:?}");
}

#[test]
fn a_value_is_changed_where_the_verdict_says_so_and_nowhere_else() {
    let safe = "--publish=127.0.0.1:8080:80/tcp";
    let allow = "--allow=no-port-address=why";
    for (policy, words, is_changed) in [
        ("level: baseline", &[][..], true),
        ("level: baseline", &[allow][..], false),
        ("level: restricted", &[], false),
        ("{level: restricted, mode: warn}", &[], true),
        ("{level: restricted, mode: warn}", &[allow], false),
        ("{forbid: [no-port-address]}", &[allow], true),
    ] {
        let words = [words, &["-p", "8080:80"]].concat();
        let judged = under(policy, &words);
        let verdict = verdict_of(&judged, RuleId::NoPortAddress);
        let said = matches!(verdict, Verdict::Rewritten { .. });
        let done = judged.argv.iter().any(|word| word == safe);
        assert_eq!(
            (said, done),
            (is_changed, is_changed),
            "{policy} {words:?}: {:?}",
            judged.argv
        );
    }
}

#[test]
fn the_worst_comes_first() {
    let words = [
        "--allow=host-network=why",
        "--net=host",
        "--uts=host",
        "--pid=host",
        "--privileged",
        "--cgroupns=host",
    ];
    let found = under("level: restricted", &words).judgement.findings;
    let is_refused = |finding: &Finding| matches!(finding.verdict, Verdict::Refused(_));
    let rank = |finding: &Finding| (is_refused(finding), finding.rule.severity);
    let catalogue = |finding: &Finding| RuleId::ALL.iter().position(|id| *id == finding.rule.id);
    for pair in found.windows(2) {
        let ranks = [rank(&pair[0]), rank(&pair[1])];
        assert!(ranks[0] >= ranks[1], "{ranks:?}");
        if ranks[0] == ranks[1] {
            assert!(catalogue(&pair[0]) <= catalogue(&pair[1]));
        }
    }
    let refused: Vec<bool> = found.iter().map(is_refused).collect();
    assert!(refused[0] && !refused[refused.len() - 1], "{found:?}");
}

#[test]
fn an_override_that_meets_nothing_is_not_needed() {
    for (words, unneeded) in [
        (&["--allow=host-network=why"][..], &["host-network"][..]),
        (&["--allow=host-network=why", "--net=host"], &[]),
        (&["--allow=root-user=why", "--user=0"], &[]),
        (
            &["--allow=root-user-rootful=why", "--user=0", "--userns=auto"],
            &["root-user-rootful"],
        ),
        (
            &["--allow=uts-host=a", "--allow=pid-host=b", "--uts=host"],
            &["pid-host"],
        ),
    ] {
        let found = under("mode: enforce", words).judgement.unneeded;
        let found: Vec<&str> = found.iter().map(|allow| allow.rule.name()).collect();
        assert_eq!(found, unneeded, "{words:?}");
    }
    // One that does not count met something all the same.
    let forbidden = under(
        "forbid: [uts-host]",
        &["--allow=uts-host=why", "--uts=host"],
    );
    assert_eq!(forbidden.judgement.unneeded, []);
}
