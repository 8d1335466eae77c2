//! System calls as the processor makes them. Whole registers reach the kernel: a C library would cut them to an int first.

use std::arch::asm;

/// By which door the kernel is entered.
#[derive(Clone, Copy)]
pub enum Door {
    /// `syscall`: 64-bit calls, and those of x32 with bit 30 of the number.
    Syscall,
    /// `int $0x80`: 32-bit calls, which a 64-bit program can make too.
    Int80,
}

/// One call: its number in rax, and its arguments.
#[derive(Clone, Copy)]
pub struct Call {
    pub door: Door,
    pub number: u64,
    pub args: [u64; 6],
}

impl Call {
    /// Makes it. What the kernel answers: negative for an error.
    pub fn make(self) -> i64 {
        match self.door {
            Door::Syscall => syscall(self.number, self.args),
            Door::Int80 => int80(self.number, self.args),
        }
    }
}

/// A 64-bit call.
pub fn syscall(number: u64, args: [u64; 6]) -> i64 {
    let answer;
    // SAFETY: what the call does to memory is for whoever makes it to know; the registers are those that it changes.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number => answer,
            in("rdi") args[0], in("rsi") args[1], in("rdx") args[2], in("r10") args[3], in("r8") args[4], in("r9") args[5],
            out("rcx") _, out("r11") _,
        );
    }
    answer
}

/// A 32-bit call with its first five arguments.
fn int80(number: u64, args: [u64; 6]) -> i64 {
    let mut answer = number;
    // SAFETY: as above. rbx is not an operand's to have, so it is lent; older kernels clear r8 to r11.
    unsafe {
        asm!(
            "xchg rbx, {first}",
            "int 0x80",
            "xchg rbx, {first}",
            first = inout(reg) args[0] => _,
            inlateout("rax") answer,
            in("rcx") args[1], in("rdx") args[2], in("rsi") args[3], in("rdi") args[4],
            out("r8") _, out("r9") _, out("r10") _, out("r11") _,
        );
    }
    // An int.
    i64::from(answer as i32)
}
