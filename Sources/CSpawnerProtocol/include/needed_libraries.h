// Which libraries a program of plain C is linked with.
#ifndef REDOUBT_NEEDED_LIBRARIES_H
#define REDOUBT_NEEDED_LIBRARIES_H

// At file level, in one file of a program: the linker is to leave out libraries that nothing refers to. Swift's driver names
// C++'s ahead of all that Package.swift can say, but reads what the object files ask for before that (as Swift's own do: a
// section that the linker drops). Each of its mappings and pages is copied with every process of a sandbox.
#define LINK_NEEDED_LIBRARIES_ONLY \
  __asm__(".pushsection .swift1_autolink_entries,\"e\",%progbits\n\t.asciz \"-Wl,--as-needed\"\n\t.popsection")

#endif
