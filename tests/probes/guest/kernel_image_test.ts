import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MachineryError } from "../../../probes/failure.ts";
import { findPayload, hasPvhEntry, unpackPvhKernel } from "../../../probes/guest/kernel_image.ts";

/** A bzImage around a payload, as arch/x86/boot/tools/build.c lays it out. */
function bzImage(payload: Uint8Array, setupSectors = 3): Uint8Array {
  const setupBytes = ((setupSectors || 4) + 1) * 512;
  const payloadOffset = 0x40;
  const protectedMode = Math.ceil((payloadOffset + payload.length) / 16) * 16;
  const image = new Uint8Array(setupBytes + protectedMode);
  const view = new DataView(image.buffer);
  view.setUint8(0x1f1, setupSectors);
  view.setUint32(0x1f4, protectedMode / 16, true);
  image.set(new TextEncoder().encode("HdrS"), 0x202);
  view.setUint32(0x248, payloadOffset, true);
  view.setUint32(0x24c, payload.length, true);
  image.set(payload, setupBytes + payloadOffset);
  return image;
}

interface Note {
  readonly name: string;
  readonly type: number;
  readonly description: number;
}

const GNU: Note = { name: "GNU", type: 3, description: 20 };
const PHYS32: Note = { name: "Xen", type: 18, description: 4 };

/** A small ELF file: a header, two segments, of which the second holds notes. */
function elf(notes: readonly Note[]): Uint8Array {
  const words = notes.flatMap(({ name, type, description }) => {
    const text = new Uint8Array(Math.ceil((name.length + 1) / 4) * 4);
    text.set(new TextEncoder().encode(name));
    return [
      ...new Uint8Array(new Uint32Array([name.length + 1, description, type]).buffer),
      ...text,
      ...new Uint8Array(Math.ceil(description / 4) * 4),
    ];
  });
  const from = 64 + 2 * 56;
  const file = new Uint8Array(from + words.length + 100);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 2, true);
  view.setUint32(64, 1, true);
  view.setUint32(64 + 56, 4, true);
  view.setBigUint64(64 + 56 + 8, BigInt(from), true);
  view.setBigUint64(64 + 56 + 32, BigInt(words.length), true);
  file.set(words, from);
  return file;
}

const KERNEL = elf([GNU, PHYS32]);

/** Packs by a program of this machine, as the kernel's build does. */
async function pack(
  program: string,
  args: readonly string[],
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(bytes);
  await writer.close();
  return (await child.output()).stdout;
}

/** The kernel's build appends the unpacked size to what does not hold it anyway. */
function withSize(packed: Uint8Array, bytes: number): Uint8Array {
  return new Uint8Array([...packed, ...new Uint8Array(new Uint32Array([bytes]).buffer)]);
}

const PACKINGS: Readonly<Record<string, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  gzip: (bytes) => pack("gzip", ["-9", "-n"], bytes),
  xz: async (bytes) =>
    withSize(await pack("xz", ["--check=crc32", "--x86", "--lzma2"], bytes), bytes.length),
  zstd: async (bytes) => withSize(await pack("zstd", ["-q"], bytes), bytes.length),
};

Deno.test("findPayload() finds the packed kernel", () => {
  const payload = new Uint8Array(1000).fill(7);
  assertEquals(findPayload(bzImage(payload), "bzImage"), { offset: 2048 + 0x40, bytes: 1000 });
  assertEquals(findPayload(bzImage(payload, 27), "bzImage"), {
    offset: 28 * 512 + 0x40,
    bytes: 1000,
  });
  // 0 means 4, for the sake of very old boot loaders.
  assertEquals(findPayload(bzImage(payload, 0), "bzImage"), { offset: 2560 + 0x40, bytes: 1000 });
});

Deno.test("findPayload() refuses what is no bzImage", () => {
  const wrong = bzImage(new Uint8Array(100));
  wrong[0x202] = 0;
  for (const image of [new Uint8Array(), new Uint8Array(4096), KERNEL, wrong]) {
    assertThrows(
      () => findPayload(image, "vmlinux"),
      MachineryError,
      'Cannot boot "vmlinux": it is no bzImage (no "HdrS" at 0x202); give a kernel\'s',
    );
  }
});

Deno.test("findPayload() refuses an image that is cut short anywhere", () => {
  const image = bzImage(new Uint8Array(1000));
  for (let end = 0; end <= image.length - 16; end++) {
    assertThrows(() => findPayload(image.subarray(0, end), "bzImage"), MachineryError);
  }
  assertThrows(
    () => findPayload(image.subarray(0, 2100), "bzImage"),
    MachineryError,
    `Cannot boot "bzImage": the bzImage is cut short, 2100 bytes where its header tells of ${image.length}; copy or build it again`,
  );
});

for (const [packing, packed] of Object.entries(PACKINGS)) {
  Deno.test(`unpackPvhKernel() unpacks ${packing}`, async () => {
    const image = bzImage(await packed(KERNEL));
    assertEquals(await unpackPvhKernel(image, findPayload(image, "bzImage")), KERNEL);
  });

  Deno.test(`unpackPvhKernel() has nothing without a PVH entry, ${packing}`, async () => {
    const image = bzImage(await packed(elf([GNU])));
    assertEquals(await unpackPvhKernel(image, findPayload(image, "bzImage")), undefined);
  });

  Deno.test(`unpackPvhKernel() fails where the ${packing} payload is damaged`, async () => {
    const payload = await packed(KERNEL);
    payload.fill(0x55, 12);
    const image = bzImage(payload);
    await assertRejects(
      () => unpackPvhKernel(image, findPayload(image, "bzImage")),
      MachineryError,
      `Unpacking the kernel: "${packing}" exited with 1`,
    );
  });
}

Deno.test("unpackPvhKernel() leaves a packing alone that it does not know", async () => {
  const image = bzImage(new TextEncoder().encode("BZh91AY and what follows"));
  assertEquals(await unpackPvhKernel(image, findPayload(image, "bzImage")), undefined);
});

Deno.test("hasPvhEntry() looks for Xen's note of the 32-bit entry", () => {
  const cases: readonly (readonly [readonly Note[], boolean])[] = [
    [[PHYS32], true],
    [[GNU, PHYS32], true],
    [[{ ...GNU, description: 17 }, PHYS32], true],
    [[PHYS32, GNU], true],
    [[], false],
    [[GNU], false],
    [[{ ...PHYS32, type: 1 }], false],
    [[{ ...PHYS32, name: "GNU" }], false],
  ];
  for (const [notes, expected] of cases) assertEquals(hasPvhEntry(elf(notes)), expected);
  assertEquals(hasPvhEntry(new Uint8Array()), false);
  assertEquals(hasPvhEntry(new Uint8Array(200)), false);
});

Deno.test("hasPvhEntry() comes to an answer whatever is damaged", () => {
  for (let end = 0; end < KERNEL.length; end++) hasPvhEntry(KERNEL.subarray(0, end));
  for (let at = 0; at < KERNEL.length; at++) {
    for (const value of [0x00, 0x7f, 0xf0, 0xff]) {
      const damaged = KERNEL.slice();
      damaged[at] = value;
      hasPvhEntry(damaged);
    }
  }
  const rest = fc.uint8Array({ minLength: 60, maxLength: 300 });
  fc.assert(fc.property(rest, (rest) => {
    hasPvhEntry(new Uint8Array([0x7f, 0x45, 0x4c, 0x46, ...rest]));
  }));
});

Deno.test("hasPvhEntry() comes to an end in notes of the greatest size", () => {
  const kernel = elf([GNU, PHYS32]);
  new DataView(kernel.buffer).setUint32(64 + 2 * 56, 2 ** 32 - 12, true);
  assertEquals(hasPvhEntry(kernel), false);
});
