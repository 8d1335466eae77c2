//! Programs of another architecture: in an image of theirs, and in one that is not.

use super::run::{Image, plain_of, safe_of};
use super::table::{ANSWERS, PASSES, PASSES_INT80, faults};
use crate::engine::Engine;
use crate::harness::{Skip, Tested};

/// Where [`program`] is in the image.
pub(super) const PLACE: &str = "/usr/bin/hello32";

/// What it prints.
const HELLO: &str = "32 bits\n";

/// `128 + SIGSYS`.
const SIGSYS: i32 = 159;

/// A kernel may have no 32-bit calls at all.
fn has_32_bits(engine: &Engine) -> Tested {
    let said = plain_of(engine, Image::Bits32, &[], &[PLACE]);
    if said.code == 0 {
        return Ok(());
    }
    let why = said.stderr.trim();
    Err(Skip(format!("this kernel runs no 32-bit program: {why}")))
}

pub(super) fn a_32_bit_program_runs_in_an_image_of_its_own(engine: &Engine) -> Tested {
    has_32_bits(engine)?;
    let runs = safe_of(engine, Image::Bits32, &[], &[PLACE]);
    assert_eq!(runs.code, 0, "{runs:#?}");
    assert_eq!(runs.stdout, HELLO);
    let dies = safe_of(engine, Image::Native, &[], &[PLACE]);
    assert_eq!(dies.code, SIGSYS, "{dies:#?}");
    assert_eq!(dies.stdout, "");
    Ok(())
}

/// Nothing passes by a 32-bit call that does not by the other.
pub(super) fn a_32_bit_image_has_the_same_floor(engine: &Engine) -> Tested {
    has_32_bits(engine)?;
    let answers: &[(&str, &str)] = &[
        ("int80 socketcall *", "denied EPERM"),
        ("int80 socket AF_NETLINK AUDIT", "denied EINVAL"),
        ("int80 socket AF_INET DGRAM L2TP", "denied EPROTONOSUPPORT"),
        ("int80 socket*", "denied EAFNOSUPPORT"),
        ("int80 clone3", "denied ENOSYS"),
        ("int80 *", "denied"),
    ];
    let table = super::run::read(safe_of(engine, Image::Bits32, &[], &[super::run::PROBE]));
    let faults = faults(&table, &[PASSES, PASSES_INT80], &[answers, ANSWERS]);
    assert!(faults.is_empty(), "the floor has holes: {faults:#?}");
    Ok(())
}

/// A program for i386 that needs nothing: it writes [`HELLO`] and ends.
pub(super) fn program() -> Vec<u8> {
    const AT: u32 = 0x0804_8000;
    const HEADERS: u32 = 0x54;
    let length = u32::try_from(HELLO.len()).unwrap();
    // write(1, HELLO, length), exit(0): mov, mov, mov, mov, int 0x80; mov, xor, int 0x80.
    let code = |text: u32| {
        let number = |register: u8, value: u32| [&[register][..], &value.to_le_bytes()].concat();
        [
            number(0xb8, 4),
            number(0xbb, 1),
            number(0xb9, text),
            number(0xba, length),
            vec![0xcd, 0x80],
            number(0xb8, 1),
            vec![0x31, 0xdb, 0xcd, 0x80],
        ]
        .concat()
    };
    let text = AT + HEADERS + u32::try_from(code(0).len()).unwrap();
    let size = text - AT + length;
    let mut file = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    let word = |value: u32| value.to_le_bytes().to_vec();
    let half = |value: u16| value.to_le_bytes().to_vec();
    // An executable for the 386: entry, program headers, no sections, no flags.
    file.extend(
        [
            half(2),
            half(3),
            word(1),
            word(AT + HEADERS),
            word(0x34),
            word(0),
            word(0),
        ]
        .concat(),
    );
    file.extend([0x34, 0x20, 1, 0, 0, 0].map(half).concat());
    // One segment: the whole file, to be read and run.
    file.extend([1, 0, AT, AT, size, size, 5, 0x1000].map(word).concat());
    file.extend(code(text));
    file.extend(HELLO.bytes());
    file
}
