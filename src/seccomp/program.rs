//! The classic BPF program libseccomp makes of a filter, and the ways through it.

use super::SeccompProblem;
use super::facts::{ARCH, Compare, NUMBER, Test, TestOutcome, WORDS, WordFacts};

/// What one instruction does; jumps are relative to the next.
#[derive(Clone, Copy, Debug)]
enum Step {
    Load(usize),
    And(u32),
    Jump(usize),
    Branch(Compare, u32, usize, usize),
    Return(u32),
}

/// A program as linux/filter.h's `struct sock_filter` array.
#[derive(Debug)]
pub(super) struct Program(Vec<Step>);

/// One end of a way through a program.
pub(super) struct End {
    /// What is known about the calls that take this way.
    pub(super) facts: WordFacts,
    /// Can the call run (`SECCOMP_RET_ALLOW`, `_LOG`, `_TRACE`, `_USER_NOTIF`)?
    pub(super) passes: bool,
    /// Does the way depend on more than number and architecture?
    pub(super) conditional: bool,
}

/// The comparison would take too long, or rests on something libseccomp does not write.
#[derive(Debug)]
pub(super) struct Undecided;

/// Steps one comparison may take; the default profile's needs under a tenth.
pub(super) struct Budget(u32);

impl Budget {
    pub(super) const fn new() -> Self {
        Self(50_000_000)
    }

    pub(super) fn spend(&mut self) -> Result<(), Undecided> {
        self.0 = self.0.checked_sub(1).ok_or(Undecided)?;
        Ok(())
    }
}

struct Trail {
    next: usize,
    /// Word and mask of the accumulator.
    loaded: Option<(usize, u32)>,
    facts: WordFacts,
    conditional: bool,
}

impl Program {
    /// Decodes native-endian instructions; any that libseccomp does not use is an error.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, SeccompProblem> {
        let (instructions, rest) = bytes.as_chunks::<8>();
        let steps = instructions
            .iter()
            .copied()
            .map(step)
            .collect::<Option<_>>();
        steps.filter(|_| rest.is_empty()).map(Self).ok_or_else(|| {
            SeccompProblem::Filter("libseccomp wrote an unfamiliar instruction".to_owned())
        })
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Every number the program compares something with.
    pub(super) fn constants(&self) -> impl Iterator<Item = u32> {
        self.0.iter().filter_map(|step| match step {
            Step::Branch(_, k, _, _) => Some(*k),
            _ => None,
        })
    }

    /// Where calls may begin to fare otherwise: between two neighbours all numbers fare alike.
    pub(super) fn starts(&self) -> impl Iterator<Item = u32> {
        let starts = self.0.iter().filter_map(|step| match step {
            Step::Branch(Compare::AnyBit, k, _, _) if is_high(*k) => {
                Some((0..16).map(|block| block << 28).collect())
            }
            Step::Branch(_, k, _, _) => Some(
                [Some(*k), k.checked_add(1)]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<u32>>(),
            ),
            _ => None,
        });
        starts.flatten()
    }

    /// What the kernel's interpreter would return for this `struct seccomp_data`; `None` where the kernel would not have
    /// taken the program.
    pub(super) fn run(&self, data: [u32; WORDS]) -> Option<u32> {
        let (mut next, mut loaded) = (0, 0);
        loop {
            let step = *self.0.get(next)?;
            let by = match step {
                Step::Load(word) => {
                    loaded = *data.get(word)?;
                    0
                }
                Step::And(mask) => {
                    loaded &= mask;
                    0
                }
                Step::Jump(by) => by,
                Step::Branch(compare, k, yes, _) if compare.holds(loaded, k) => yes,
                Step::Branch(_, _, _, no) => no,
                Step::Return(value) => return Some(value),
            };
            next = jump(jump(next, 1).ok()?, by).ok()?;
        }
    }

    /// The ends that calls with these facts can reach, at least.
    pub(super) fn ends(
        &self,
        facts: WordFacts,
        budget: &mut Budget,
    ) -> Result<Vec<End>, Undecided> {
        let mut ends = Vec::new();
        let mut open = vec![Trail {
            next: 0,
            loaded: None,
            facts,
            conditional: false,
        }];
        while let Some(mut place) = open.pop() {
            loop {
                budget.spend()?;
                let step = *self.0.get(place.next).ok_or(Undecided)?;
                place.next = jump(place.next, 1)?;
                match step {
                    Step::Load(word) => place.loaded = Some((word, u32::MAX)),
                    Step::And(mask) => {
                        let (word, before) = place.loaded.ok_or(Undecided)?;
                        place.loaded = Some((word, before & mask));
                    }
                    Step::Jump(by) => place.next = jump(place.next, by)?,
                    Step::Branch(compare, k, yes, no) => {
                        let test = place.test(compare, k)?;
                        match place.facts.judge(test).ok_or(Undecided)? {
                            TestOutcome::Settled(holds) => {
                                place.next = jump(place.next, if holds { yes } else { no })?;
                            }
                            TestOutcome::Open(holds, fails) => {
                                place.conditional = true;
                                open.push(Trail {
                                    next: jump(place.next, no)?,
                                    facts: fails,
                                    ..place
                                });
                                place.next = jump(place.next, yes)?;
                                place.facts = holds;
                            }
                        }
                    }
                    Step::Return(value) => {
                        ends.push(End {
                            facts: place.facts,
                            passes: passes(value),
                            conditional: place.conditional,
                        });
                        break;
                    }
                }
            }
        }
        Ok(ends)
    }
}

impl Trail {
    /// Number and architecture may only be compared as they are: on that rests that one number stands for its neighbours. Of
    /// a number the highest bits may be looked at too, as runc does to tell x32's calls.
    fn test(&self, compare: Compare, k: u32) -> Result<Test, Undecided> {
        let (word, mask) = self.loaded.ok_or(Undecided)?;
        let plain = mask == u32::MAX;
        let fits = match (word, compare) {
            (NUMBER, Compare::AnyBit) => plain && is_high(k),
            (NUMBER, _) | (ARCH, Compare::Equal) => plain,
            (ARCH, _) => false,
            _ => true,
        };
        if !fits {
            return Err(Undecided);
        }
        Ok(Test {
            word,
            mask,
            compare,
            k,
        })
    }
}

/// None but the four highest bits: by them there are sixteen kinds of numbers.
fn is_high(k: u32) -> bool {
    k.trailing_zeros() >= 28
}

fn jump(from: usize, by: usize) -> Result<usize, Undecided> {
    from.checked_add(by).ok_or(Undecided)
}

fn step(instruction: [u8; 8]) -> Option<Step> {
    let [code_0, code_1, yes, no, k_0, k_1, k_2, k_3] = instruction;
    let k = u32::from_ne_bytes([k_0, k_1, k_2, k_3]);
    let branch = |compare| Step::Branch(compare, k, yes.into(), no.into());
    match u16::from_ne_bytes([code_0, code_1]) {
        0x20 => {
            let offset = usize::try_from(k).ok()?;
            let word = offset.checked_div(4)?;
            (offset.is_multiple_of(4) && word < WORDS).then_some(Step::Load(word))
        }
        0x54 => Some(Step::And(k)),
        0x05 => Some(Step::Jump(usize::try_from(k).ok()?)),
        0x15 => Some(branch(Compare::Equal)),
        0x25 => Some(branch(Compare::Greater)),
        0x35 => Some(branch(Compare::GreaterOrEqual)),
        0x45 => Some(branch(Compare::AnyBit)),
        0x06 => Some(Step::Return(k)),
        _ => None,
    }
}

/// linux/seccomp.h's `SECCOMP_RET_*`; the low half is data. What is not known counts as letting the call run.
pub(super) fn passes(value: u32) -> bool {
    let kill_process = 0x8000_0000;
    let (kill_thread, trap, errno) = (0, 0x0003_0000, 0x0005_0000);
    ![kill_process, kill_thread, trap, errno].contains(&(value & 0xFFFF_0000))
}
