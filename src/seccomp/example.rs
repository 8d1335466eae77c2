//! A call that takes a way through a program.
//!
//! A way is a list of tests and what each turned out as. A test looks at one word, so the words are found one by one; there
//! is none for tests that contradict each other.

use std::collections::BTreeMap;

use super::facts::{Test, WORDS, WordFacts};
use super::program::{Budget, Undecided};

/// A call that these facts describe; `None` when there is none.
pub(super) fn example(
    facts: &WordFacts,
    budget: &mut Budget,
) -> Result<Option<[u32; WORDS]>, Undecided> {
    let mut data = [0; WORDS];
    for (place, word) in data.iter_mut().zip(facts.words()) {
        let found = match word {
            Ok(value) => Some(value),
            Err(told) => number(told, budget)?,
        };
        let Some(found) = found else {
            return Ok(None);
        };
        *place = found;
    }
    Ok(Some(data))
}

/// The least number that every test turns out on as told.
///
/// The bits are chosen from the highest down. Two beginnings that leave the same tests open fare alike with every end: what a
/// test that is open has seen is what it compares with. So one of each kind is enough.
fn number(told: &[(Test, bool)], budget: &mut Budget) -> Result<Option<u32>, Undecided> {
    let mut beginnings = BTreeMap::from([(Vec::new(), 0)]);
    for place in (0..u32::BITS).rev() {
        let known = u32::MAX << place;
        let mut longer = BTreeMap::new();
        for beginning in beginnings.into_values() {
            for bits in [beginning, beginning | 1 << place] {
                budget.spend()?;
                if let Some(open) = open(told, known, bits) {
                    let least = longer.entry(open).or_insert(bits);
                    *least = bits.min(*least);
                }
            }
        }
        beginnings = longer;
    }
    Ok(beginnings.into_values().min())
}

/// Which tests the lower bits still decide; `None` when one has turned out otherwise than told.
fn open(told: &[(Test, bool)], known: u32, bits: u32) -> Option<Vec<bool>> {
    let open = |(test, holds): &(Test, bool)| {
        let (may_hold, may_fail) = test.open(known, bits);
        let possible = if *holds { may_hold } else { may_fail };
        possible.then_some(may_hold && may_fail)
    };
    told.iter().map(open).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "tests")]
    use proptest::prelude::*;

    use super::super::facts::Compare;
    use super::*;

    fn any_test() -> impl Strategy<Value = (Test, bool)> {
        let compare = prop::sample::select(vec![
            Compare::Equal,
            Compare::Greater,
            Compare::GreaterOrEqual,
            Compare::AnyBit,
        ]);
        // All that happens, happens in eight bits, so that every number can be tried; three of them are the highest.
        let few = any::<u8>().prop_map(|bits| (u32::from(bits >> 5) << 29) | u32::from(bits & 31));
        let mask = prop_oneof![Just(u32::MAX), few.clone()];
        (mask, compare, few, any::<bool>()).prop_map(|(mask, compare, k, holds)| {
            let test = Test {
                word: 4,
                mask,
                compare,
                k,
            };
            (test, holds)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// It is the least there is, and none is found only where there is none.
        #[test]
        fn the_least_number_that_fits_is_found(told in prop::collection::vec(any_test(), 0..7)) {
            let fits = |word: u32| told.iter().all(|(test, holds)| test.compare.holds(word & test.mask, test.k) == *holds);
            // Between two of these nothing changes.
            let high = (0..8u32).flat_map(|high| (0..96u32).map(move |low| (high << 29) + low));
            let mut all: Vec<u32> = high.flat_map(|word| [word, word.wrapping_sub(1)]).collect();
            all.sort_unstable();
            let expected = all.into_iter().find(|word| fits(*word));
            prop_assert_eq!(number(&told, &mut Budget::new()).unwrap(), expected);
        }
    }
}
