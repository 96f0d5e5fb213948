// This module shares the core's memory, and allocates there.

@external("core", "heapAllocate")
export declare function heapAllocate(size: u64): u32;
