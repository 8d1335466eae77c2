//! What looks like a secret in plain sight: a value by the name it goes by, a password inside a URL.
//!
//! Both guess, so they lean towards silence: a name counts by its last words, and a value that cannot be a secret (a
//! path, a yes or no, a placeholder) does not count.

/// A name that ends with one of these names a secret, even when it is glued to another word: `PGPASSWORD`.
const ENDINGS: [&str; 14] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "CREDENTIAL",
    "CREDENTIALS",
    "APIKEY",
    "AUTHKEY",
    "ACCESSKEY",
    "SECRETKEY",
    "PRIVATEKEY",
    "REQUIREPASS",
    "MASTERAUTH",
];

/// These only as a word after another: `DB_PASS`, but neither `COMPASS` nor the shell's own `PWD`.
const LAST_WORDS: [&str; 2] = ["PASS", "PWD"];

/// What makes a word `KEY` a secret one.
const KEYS: [&str; 8] = [
    "API",
    "AUTH",
    "ACCESS",
    "SECRET",
    "PRIVATE",
    "SIGNING",
    "ENCRYPTION",
    "MASTER",
];

/// A name that begins with one of these asks a question: `--no-password`.
const QUESTIONS: [&str; 8] = [
    "NO", "NOT", "WITHOUT", "SKIP", "ALLOW", "DISABLE", "ENABLE", "RANDOM",
];

/// Something secret, found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exposed<'a> {
    /// The name or user that it belongs to.
    pub(super) of: &'a str,
    /// What stands between the two.
    pub(super) separator: char,
    /// The secret; never to be printed.
    pub(super) secret: &'a str,
}

impl Exposed<'_> {
    /// What stands right before the secret.
    pub(super) fn before(&self) -> String {
        format!("{}{}", self.of, self.separator)
    }
}

/// Does a variable or option of this name hold a secret? `MYSQL_ROOT_PASSWORD`, `spring.datasource.password`,
/// `accessToken`; not `MYSQL_PASSWORD_FILE`, `AUTHOR` or `MAX_TOKENS`.
pub(super) fn names_secret(name: &str) -> bool {
    let words = words(name);
    let mut backwards = words.iter().map(String::as_str).rev();
    let mut last = backwards.next().unwrap_or_default();
    let mut before = backwards.next();
    if last == "BASE" {
        (last, before) = (before.unwrap_or_default(), backwards.next());
    }
    let asks = words
        .first()
        .is_some_and(|first| QUESTIONS.contains(&first.as_str()));
    if asks || before == Some("HASHED") {
        return false;
    }
    ENDINGS.iter().any(|ending| last.ends_with(ending))
        || before.is_some() && LAST_WORDS.contains(&last)
        || last == "KEY" && before.is_some_and(|before| KEYS.contains(&before))
}

/// The words of a name in capitals, split where `_`, `-`, `.` or a capital letter splits them; digits at an end dropped.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() || after_small && c.is_ascii_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            word.push(c.to_ascii_uppercase());
        }
        after_small = c.is_ascii_lowercase();
    }
    let plain = |word: String| {
        word.trim_end_matches(|c: char| c.is_ascii_digit())
            .to_owned()
    };
    let words = words.into_iter().map(plain);
    words.filter(|word| !word.is_empty()).collect()
}

/// Could this value be a secret itself, rather than nothing, a switch, or the place where the secret is?
pub(super) fn is_literal(value: &str) -> bool {
    let switch = [
        "true", "false", "yes", "no", "on", "off", "0", "1", "none", "null",
    ];
    let place = ["/", "./", "../", "~/", "file:"];
    !is_placeholder(value)
        && !switch.contains(&value.to_ascii_lowercase().as_str())
        && !place.iter().any(|start| value.starts_with(start))
}

/// Nothing, `$NAME`, `${…}`, `<password>`, `{{ .Value }}`, `xxx`, `...`
fn is_placeholder(value: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let between = |open, close| value.starts_with(open) && value.ends_with(close);
    value
        .strip_prefix('$')
        .is_some_and(|rest| rest.starts_with(['{', '(']) || rest.chars().all(word))
        || value.starts_with('`')
        || between('<', '>')
        || between('{', '}')
        || value
            .chars()
            .all(|c| matches!(c, 'x' | 'X' | '*' | '.' | '…'))
}

/// The first password in a URL of the text, `scheme://user:password@host`.
pub(super) fn in_url(text: &str) -> Option<Exposed<'_>> {
    let mut scheme = "";
    for part in text.split("://") {
        let is_url = scheme.ends_with(|c: char| c.is_ascii_alphanumeric());
        scheme = part;
        let end = |c: char| matches!(c, '/' | '?' | '#' | '"' | '\'') || c.is_whitespace();
        let authority = part.split(end).next().filter(|_| is_url);
        let login = authority.and_then(|authority| authority.rsplit_once('@'));
        if let Some((of, secret)) = login.and_then(|(login, _)| login.split_once(':'))
            && !is_placeholder(secret)
        {
            let separator = ':';
            return Some(Exposed {
                of,
                separator,
                secret,
            });
        }
    }
    None
}

/// The first `password=…` in a text of several settings, as in `Server=db;Password=…` or `-Dstore.password=…`.
pub(super) fn in_settings(text: &str) -> Option<Exposed<'_>> {
    text.split([';', '&', '?', ',', ' ', '\t'])
        .find_map(in_assignment)
}

/// A text that is as a whole `NAME=SECRET`, `--name=SECRET`.
pub(super) fn in_assignment(text: &str) -> Option<Exposed<'_>> {
    let (of, secret) = text.split_once('=')?;
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let exposed = of.chars().all(name) && names_secret(of) && is_literal(secret);
    exposed.then_some(Exposed {
        of,
        separator: '=',
        secret,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets() {
        for name in "MYSQL_ROOT_PASSWORD PGPASSWORD DB_PASS YOURLS_PASSWD MYSQL_PWD GITHUB_TOKEN API_KEY apiKey APIKEY \
             accessToken spring.datasource.password AWS_SECRET_ACCESS_KEY SECRET_KEY_BASE WORDPRESS_AUTH_KEY \
             ENCRYPTION_KEY DB_PASSWORD_2 PASSWORD1 EMQX_DASHBOARD__DEFAULT_PASSWORD --requirepass jwt-secret \
             TS_AUTHKEY password SSH_PRIVATE_KEY"
            .split_whitespace()
        {
            assert!(names_secret(name), "{name}");
        }
        for name in "MYSQL_PASSWORD_FILE AUTHOR PWD OLDPWD COMPASS_URL MAX_TOKENS TOKENIZERS_PARALLELISM PASS KEY \
             PASSWORD_HASH EASYRSA_KEY_SIZE SSH_AUTH_SOCK AWS_ACCESS_KEY_ID REGISTRY_AUTH MONKEY --no-password BYPASS \
             SECRET_NAME TOKEN_TTL PASSENGER_APP_ENV HOME PATH REQUIRE_AUTH TLS_KEY MARIADB_RANDOM_ROOT_PASSWORD_HASH"
            .split_whitespace()
            .chain([""])
        {
            assert!(!names_secret(name), "{name}");
        }
    }

    #[test]
    fn values_that_could_be_secrets() {
        for value in
            "hunter2 password changeme $11$22$33 $uper!secret 12345 eyJhbGci admin xyz".split(' ')
        {
            assert!(is_literal(value), "{value}");
        }
        for value in "yes True 1 0 /run/secrets/x ./pw file:/x $PW ${PW} $(pwgen) <password> {your_api_key} ... xxx ***"
            .split(' ')
            .chain([""])
        {
            assert!(!is_literal(value), "{value}");
        }
    }

    #[test]
    fn passwords_in_urls() {
        let secret = |text| in_url(text).map(|found| (found.of, found.secret));
        assert_eq!(secret("postgres://u:p@db/x"), Some(("u", "p")));
        assert_eq!(
            secret("see http://a/ and amqp://u:p:q@r@h:1"),
            Some(("u", "p:q@r"))
        );
        assert_eq!(secret("redis://:pw@h"), Some(("", "pw")));
        assert_eq!(secret("jdbc:mysql://h/x http://a:b@c"), Some(("a", "b")));
        for text in [
            "http://host:8080/a@b",
            "http://u@host",
            "http://u:$PW@h",
            "http://u:<pw>@h",
            "http://u:@h",
            "http://h/?q=a:b@c",
            "://u:p@h",
            "u:p@h",
            "",
        ] {
            assert_eq!(secret(text), None, "{text}");
        }
    }

    #[test]
    fn passwords_among_settings() {
        let secret = |text| in_settings(text).map(|found| (found.of, found.secret));
        assert_eq!(
            secret("Server=db;User=u;Password=p"),
            Some(("Password", "p"))
        );
        assert_eq!(
            secret("jdbc:x://h/d?user=u&password=p"),
            Some(("password", "p"))
        );
        assert_eq!(
            secret("-Xmx1g -Ddb.password=p"),
            Some(("-Ddb.password", "p"))
        );
        for text in [
            "password",
            "a=b",
            "password=",
            "password=$PW",
            "x='token=1'",
            "no-password=x",
        ] {
            assert_eq!(secret(text), None, "{text}");
        }
    }
}
