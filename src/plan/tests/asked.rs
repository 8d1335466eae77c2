//! What podman is asked, and what is made of its answers.

use super::*;

#[test]
fn an_image_is_fetched_when_podman_would() {
    let words = ["--user=998", "localhost/x"];
    for (pull, is_here, is_pulled) in [
        ("always", true, true),
        ("missing", true, false),
        ("ifmissing", false, true),
        ("IfNotPresent", false, true),
        ("never", true, false),
        ("never", false, false),
        ("newer", true, true),
        ("ifnewer", false, true),
    ] {
        let engine = FakeEngine::new(NEW);
        let engine = if is_here { engine } else { engine.unpulled() };
        let pull = format!("--pull={pull}");
        let words = [&[pull.as_str()], &words[..]].concat();
        planned(go(&engine, Pulling::AsAsked, &words));
        let pulled = engine.calls().contains(&"pull localhost/x".to_owned());
        assert_eq!(pulled, is_pulled, "{pull} {is_here}: {:?}", engine.calls());
    }
    let words = ["--pull=sometimes", "localhost/x"];
    let Err(problem) = go(&FakeEngine::new(NEW), Pulling::AsAsked, &words) else {
        panic!("{words:?}");
    };
    assert!(
        problem.what.contains("\"sometimes\" is not a pull policy"),
        "{problem}"
    );
}

#[test]
fn of_two_images_the_newer_is_judged_where_there_is_one() {
    let words = ["--pull=newer", "localhost/x"];
    let user = |engine: &FakeEngine| {
        let plan = planned(go(engine, Pulling::AsAsked, &words));
        let user = plan.lines().iter().find(|line| line.flag == &flags::USER);
        user.unwrap().value.clone()
    };
    let newer = FakeEngine::new(NEW).with_newer(|image| image.user = "997".to_owned());
    assert_eq!(user(&newer), "997:997");
    // A registry that has none leaves the store without one here.
    assert_eq!(user(&FakeEngine::new(NEW)), "998:998");
}

#[test]
fn only_the_volumes_of_the_run_are_followed() {
    let host = host().link("/loop", "/loop");
    let context = context(&host, &Environment::default(), Site::default());
    let volume = |options: [(&str, &str); 2]| ListedVolume {
        driver: "local".to_owned(),
        options: options
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        ..ListedVolume::default()
    };
    let engine = FakeEngine::new(NEW)
        .with_volume("loop", volume([("o", "bind"), ("device", "/loop")]))
        .with_volume("memory", volume([("type", "tmpfs"), ("device", "tmpfs")]))
        .with_volume("etc", volume([("o", "bind"), ("device", "/etc")]));
    let go = |volume: &str| {
        let words = ["-v", volume, "localhost/x"];
        go_on(&context, &engine, Pulling::AsAsked, &words)
    };
    planned(go("memory:/data"));
    planned(go("fresh:/data"));
    assert!(go("loop:/data").is_err(), "a device that leads nowhere");
    let rules = refusing(go("etc:/data"));
    assert!(
        rules.contains(&"system-dir-writable".to_owned()),
        "{rules:?}"
    );
}
