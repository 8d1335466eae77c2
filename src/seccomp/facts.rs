//! What is known about the words of `struct seccomp_data` on one way through a filter's program.

/// `struct seccomp_data` has 64 bytes: number, architecture, instruction pointer and six 64-bit arguments.
pub(super) const WORDS: usize = 16;
/// Index of the call's number.
pub(super) const NUMBER: usize = 0;
/// Index of `AUDIT_ARCH_*`.
pub(super) const ARCH: usize = 1;

/// A comparison of `word & mask` with `k`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Test {
    pub(super) word: usize,
    pub(super) mask: u32,
    pub(super) compare: Compare,
    pub(super) k: u32,
}

/// The jumps of classic BPF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compare {
    Equal,
    Greater,
    GreaterOrEqual,
    /// Any bit of `k`.
    AnyBit,
}

impl Compare {
    /// What the kernel's interpreter would say.
    pub(super) fn holds(self, loaded: u32, k: u32) -> bool {
        match self {
            Self::Equal => loaded == k,
            Self::Greater => loaded > k,
            Self::GreaterOrEqual => loaded >= k,
            Self::AnyBit => loaded & k != 0,
        }
    }
}

impl Test {
    fn on(self, word: u32) -> bool {
        self.compare.holds(word & self.mask, self.k)
    }

    /// With the bits that it looks at, and no other, in its mask.
    fn narrowed(self) -> Self {
        match self.compare {
            Compare::AnyBit => Self {
                mask: self.mask & self.k,
                ..self
            },
            Compare::Equal | Compare::Greater | Compare::GreaterOrEqual => self,
        }
    }

    /// Can it still hold, and can it still fail, for a word of which these highest bits are known?
    pub(super) fn open(self, known: u32, bits: u32) -> (bool, bool) {
        let (least, most) = (bits & self.mask, (bits | !known) & self.mask);
        match self.compare {
            Compare::Equal => {
                let agrees = (least ^ self.k) & (known | !self.mask) == 0;
                (agrees, !(agrees && self.mask & !known == 0))
            }
            Compare::Greater => (most > self.k, least <= self.k),
            Compare::GreaterOrEqual => (most >= self.k, least < self.k),
            Compare::AnyBit => (most & self.k != 0, least & self.k == 0),
        }
    }
}

/// Knowledge of one word. It may know less than could be known, never more: a value that is possible is never excluded.
#[derive(Clone, Debug)]
struct Word {
    /// The bits that are known …
    mask: u32,
    /// … and what they are.
    bits: u32,
    low: u32,
    high: u32,
    /// All that is known: the tests, and what each turned out as.
    told: Vec<(Test, bool)>,
}

impl Word {
    const UNKNOWN: Self = Self {
        mask: 0,
        bits: 0,
        low: 0,
        high: u32::MAX,
        told: Vec::new(),
    };

    fn exactly(value: u32) -> Self {
        Self {
            mask: u32::MAX,
            bits: value,
            ..Self::UNKNOWN
        }
    }

    /// The knowledge after `test`, on bits not all known, turned out as `holds`; `None` when it cannot.
    fn after(&self, test: Test, holds: bool) -> Option<Self> {
        let mut word = self.clone();
        let whole = test.mask == u32::MAX;
        match (test.compare, holds) {
            (Compare::Equal, true) => word.learn(test.mask, test.k)?,
            (Compare::AnyBit, false) => word.learn(test.mask, 0)?,
            (Compare::Greater, true) if whole => word.low = word.low.max(test.k.checked_add(1)?),
            (Compare::Greater, false) if whole => word.high = word.high.min(test.k),
            (Compare::GreaterOrEqual, true) if whole => word.low = word.low.max(test.k),
            (Compare::GreaterOrEqual, false) if whole => {
                word.high = word.high.min(test.k.checked_sub(1)?);
            }
            (Compare::Equal, false)
            | (Compare::AnyBit, true)
            | (Compare::Greater | Compare::GreaterOrEqual, _) => {}
        }
        word.told.push((test, holds));
        word.consistent().then_some(word)
    }

    fn learn(&mut self, mask: u32, bits: u32) -> Option<()> {
        if bits & !mask != 0 || (bits ^ self.bits) & mask & self.mask != 0 {
            return None;
        }
        self.mask |= mask;
        self.bits |= bits;
        Some(())
    }

    fn consistent(&mut self) -> bool {
        if self.low > self.high {
            return false;
        }
        if self.low == self.high && self.learn(u32::MAX, self.low).is_none() {
            return false;
        }
        let (known, bits) = (self.mask, self.bits);
        let excluded =
            |(test, holds): &(Test, bool)| test.mask & !known == 0 && test.on(bits) != *holds;
        !self.told.iter().any(excluded)
    }
}

/// Knowledge of the whole `struct seccomp_data`.
#[derive(Clone, Debug)]
pub(super) struct WordFacts(Box<[Word; WORDS]>);

/// What a test can turn out as.
pub(super) enum TestOutcome {
    /// Only as this, or not at all.
    Settled(bool),
    /// As either; the knowledge if it holds, and if it does not.
    Open(WordFacts, WordFacts),
}

impl WordFacts {
    /// A call of this number on this architecture, with any arguments.
    pub(super) fn of_call(arch: u32, number: u32) -> Self {
        let mut words = [Word::UNKNOWN; WORDS];
        words[NUMBER] = Word::exactly(number);
        words[ARCH] = Word::exactly(arch);
        Self(Box::new(words))
    }

    /// What `test` can turn out as; `None` for a word outside `struct seccomp_data`, which no loaded filter reads.
    ///
    /// Facts that contradict each other without our seeing it do no harm: the way they describe is followed to its end,
    /// where an [example](super::example) of it is looked for.
    pub(super) fn judge(&self, test: Test) -> Option<TestOutcome> {
        let test = test.narrowed();
        let word = self.0.get(test.word)?;
        if test.mask & !word.mask == 0 {
            return Some(TestOutcome::Settled(test.on(word.bits)));
        }
        Some(match (word.after(test, true), word.after(test, false)) {
            (Some(yes), Some(no)) => {
                TestOutcome::Open(self.with(test.word, yes), self.with(test.word, no))
            }
            (yes, _) => TestOutcome::Settled(yes.is_some()),
        })
    }

    /// Each word: its value where nothing else is possible, else all tests of it and what they turned out as.
    pub(super) fn words(&self) -> impl Iterator<Item = Result<u32, &[(Test, bool)]>> {
        self.0.iter().map(|word| {
            if word.mask == u32::MAX {
                Ok(word.bits)
            } else {
                Err(word.told.as_slice())
            }
        })
    }

    fn with(&self, index: usize, word: Word) -> Self {
        let mut facts = self.clone();
        if let Some(place) = facts.0.get_mut(index) {
            *place = word;
        }
        facts
    }
}
