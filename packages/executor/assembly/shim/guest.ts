// The guest's memory is the second memory of this module. AssemblyScript knows one memory only, so
// these declarations are imports to the compiler; scripts/build-assembly.mjs replaces each by the one
// instruction on memory $guest that its name says, and the optimiser inlines it.

@external("guest", "i64.load")
export declare function guestLoad64(address: u32): u64;

@external("guest", "i64.store")
export declare function guestStore64(address: u32, value: u64): void;

@external("guest", "i32.store")
export declare function guestStore32(address: u32, value: u32): void;

@external("guest", "i32.load8_u")
export declare function guestLoad8(address: u32): u32;

@external("guest", "i32.store8")
export declare function guestStore8(address: u32, value: u32): void;

/** Size of the guest's memory in pages of 64 KiB. */
@external("guest", "memory.size")
export declare function guestPages(): u32;

/** The previous number of pages, or -1 when the memory may not grow that far. */
@external("guest", "memory.grow")
export declare function guestGrow(pages: u32): i32;

/** Guest memory to the helper's memory. */
@external("guest", "copy-in")
export declare function guestCopyIn(to: u32, from: u32, length: u32): void;

/** The helper's memory to guest memory. */
@external("guest", "copy-out")
export declare function guestCopyOut(to: u32, from: u32, length: u32): void;
