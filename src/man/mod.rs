//! The man pages, written from the tables that the program itself goes by.
//!
//! `make man` writes them into `man/`, and a test compares: a flag, a key or a rule that changes changes its page.

mod check;
mod page;
mod profile;
mod program;
mod rules;
mod run;
mod seccomp;
mod verify;

pub(crate) use page::Page;

/// Every page.
pub(crate) fn pages() -> Vec<Page> {
    vec![
        program::page(),
        run::page(),
        check::page(),
        seccomp::page(),
        verify::page(),
        profile::page(),
        rules::page(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_says_how_it_ends_and_what_it_does_not_do() {
        for page in pages() {
            let (name, text) = (page.file_name(), page.render());
            assert!(
                text.is_ascii(),
                "{name}: {:?}",
                text.chars().find(|c| !c.is_ascii())
            );
            let sections = match name.rsplit_once('.').unwrap().1 {
                "1" => &["EXIT STATUS", "SECURITY", "EXAMPLES", "SEE ALSO"][..],
                _ => &["EXAMPLES", "SEE ALSO"][..],
            };
            for section in sections {
                assert!(
                    text.contains(&format!("\n.SH \"{section}\"\n"))
                        || text.contains(&format!("\n.SH {section}\n")),
                    "{name}: {section}"
                );
            }
        }
    }
}
