use std::process::Command;

use proptest::prelude::*;

use super::*;

fn context() -> ShellContext {
    ShellContext {
        directory: Some("/home/user/project".into()),
        home: Some("/home/user".into()),
        uid: Some(1000),
        gid: Some(1001),
    }
}

/// The commands, each unknown as `«written»`.
fn shown(row: &str) -> String {
    let line = read(row, &context()).unwrap_or_else(|why| panic!("{row}: {why}"));
    let word = |word: &String| {
        let mark = |c: char| match line.unknown(c) {
            Some(unknown) => format!("«{}»", unknown.written),
            None => c.to_string(),
        };
        format!("[{}]", word.chars().map(mark).collect::<String>())
    };
    let command = |words: &Vec<String>| words.iter().map(word).collect::<String>();
    line.commands
        .iter()
        .map(command)
        .collect::<Vec<_>>()
        .join(" ; ")
}

#[test]
fn quotes_are_the_shells() {
    assert_eq!(
        shown(r#"a 'b c' "d e" f\ g "" ''"#),
        "[a][b c][d e][f g][][]"
    );
    assert_eq!(
        shown(r#"'$X' "$X" $X \$X "\$X" "\a""#),
        r"[$X][«$X»][«$X»][$X][$X][\a]"
    );
    assert_eq!(shown("--na''me=x'y'\"z\""), "[--name=xyz]");
    assert_eq!(shown("a # b"), "[a]");
    assert_eq!(shown("a#b '#' #c"), "[a#b][#]");
    assert_eq!(shown(r"$'\x2d-privileged' $"), r"[«$'\x2d-privileged'»][$]");
}

#[test]
fn what_the_surroundings_say_is_known() {
    assert_eq!(
        shown("$PWD/x ${PWD} $(pwd)/x `pwd` \"$(pwd)\""),
        "[pwd] ; [pwd] ; [pwd] ; [/home/user/project/x][/home/user/project][/home/user/project/x][/home/user/project][/home/user/project]"
    );
    assert_eq!(
        shown("~/x ~ $HOME $(id -u):$(id -g)"),
        "[id][-u] ; [id][-g] ; [/home/user/x][/home/user][/home/user][1000:1001]"
    );
    assert_eq!(
        shown("'~' x~ ~root ${PWD##*/} $PWDX"),
        "[~][x~][«~root»][«${PWD##*/}»][«$PWDX»]"
    );
    let line = read("$PWD ~", &ShellContext::default()).unwrap();
    assert!(
        line.commands[0]
            .iter()
            .all(|word| word.chars().all(is_unknown))
    );
}

#[test]
fn a_row_may_hold_several_commands() {
    assert_eq!(shown("a;b&&c||d|e&f"), "[a] ; [b] ; [c] ; [d] ; [e] ; [f]");
    assert_eq!(shown("(a); { b; }"), "[a] ; [{][b] ; [}]");
    assert_eq!(shown("X=$(a b) c"), "[a][b] ; [X=«$(a b)»][c]");
    assert_eq!(
        shown("c \"`a b`\" `d \\`e\\``"),
        "[a][b] ; [e] ; [d][«`e`»] ; [c][«`a b`»][«`d \\`e\\``»]"
    );
    assert_eq!(
        shown("$( (a) b) $((1+(2))) c"),
        "[a] ; [b] ; [1+] ; [2] ; [«$( (a) b)»][«$((1+(2)))»][c]"
    );
    assert_eq!(
        shown("${a:-${b}} ${c:-{}} d"),
        "[«${a:-${b}}»][«${c:-{}}»][d]"
    );
}

#[test]
fn redirections_are_no_words() {
    assert_eq!(shown("a >x 2>&1 b <y >>z &>w"), "[a][b]");
    assert_eq!(shown("a 2>x b2>x"), "[a][b2]");
    assert_eq!(shown("a <<<'b c' d"), "[a][d]");
    assert_eq!(shown("a <(b c)"), "[b][c] ; [a][«<(b c)»]");
    assert_eq!(
        shown("-v <config_path>:/c <a|b> x"),
        "[-v][«<config_path>»:/c][«<a|b>»][x]"
    );
}

#[test]
fn what_may_become_several_words_is_marked() {
    for row in [
        "$@",
        "\"$@\"",
        "${a[@]}",
        "\"${a[*]}\"",
        "${@:2}",
        "${a[@]:1}",
        "{a,b}",
        "--{privileged,rm}",
        "{1..3}",
        "*",
    ] {
        let line = read(row, &context()).unwrap();
        assert!(line.splits(&line.commands[0][0]), "{row}");
    }
    for row in ["$a", "'{a,b}'", "{}", "{{x}}", "a*", "'*'"] {
        let line = read(row, &context()).unwrap();
        assert!(!line.splits(&line.commands[0][0]), "{row}");
    }
    assert_eq!(shown("{{.Names}} {}"), "[{{.Names}}][{}]");
}

#[test]
fn an_incomplete_row_is_an_error() {
    let deep = "$(".repeat(40);
    for row in [
        "${a:-$(b)}",
        "${a:-`b`}",
        "$(a (b)",
        "a 'b",
        "a \"b",
        "a `b",
        "a $(b",
        "a ${b",
        "a \\",
        "a \"b\\",
        "$'a",
        "a\u{1b}[2J",
        "a\0",
        "\u{f0000}",
        "\u{10fffd}",
        &deep,
    ] {
        assert!(read(row, &context()).is_err(), "{row}");
    }
    assert_eq!(shown(""), "");
    assert_eq!(shown(" \t ;; "), "");
}

/// The words as bash makes them; none when it does not understand the row.
fn bash(row: &str) -> Option<Vec<String>> {
    let mut bash = Command::new("bash");
    bash.args(["-c", &format!("printf '%s\\0' {row}")]);
    let out = bash.env_clear().env("HOME", "/home/user").output().unwrap();
    let mut words: Vec<String> = String::from_utf8(out.stdout)
        .unwrap()
        .split('\0')
        .map(str::to_owned)
        .collect();
    words.pop();
    out.status.success().then_some(words)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    // No character that could start a command or write a file.
    #[test]
    fn what_is_known_is_what_bash_makes_of_it(row in r#"x[ab= :/~#{},.$'"\\!-]{0,14}"#) {
        if let Ok(line) = read(&row, &context())
            && line.unknowns.is_empty()
        {
            prop_assert_eq!(Some(line.commands.concat()), bash(&row));
        }
    }
}
