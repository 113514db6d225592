/**
 * BTF, the kernel's own description of its types (Documentation/bpf/btf.rst): the little of it that
 * a probe plan asks for.
 *
 * @module
 */

/** One parameter of a kernel function. */
export interface BtfParameter {
  readonly name: string;
  /** Name of the struct behind a pointer, where it is one. */
  readonly pointee?: string;
}

/** What a function returns, as far as success can be read from it. */
export type BtfReturn = "pointer" | "bool" | "int" | "void" | "other";

/** A kernel function's prototype. */
export interface BtfFunction {
  readonly parameters: readonly BtfParameter[];
  readonly returns: BtfReturn;
}

/** Kinds of types, include/uapi/linux/btf.h. */
const KIND = {
  int: 1,
  pointer: 2,
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
  function: 12,
  prototype: 13,
  variable: 14,
  section: 15,
  declTag: 17,
  typeTag: 18,
  enum64: 19,
} as const;

const MAGIC = 0xeb9f;
/** BTF_INT_BOOL, in the encoding byte of an integer. */
const INT_BOOL = 4;

/** A parsed BTF image. Types are looked at in place, by their offset. */
export class Btf {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #strings: number;
  /** Offset of each type, by its id. */
  readonly #types: number[] = [0];
  readonly #byName = new Map<string, number>();
  readonly #functions = new Map<string, number>();
  readonly #enumerators = new Map<string, number>();

  /**
   * Indexes what `/sys/kernel/btf/vmlinux` holds.
   *
   * @throws {TypeError} when these bytes are no BTF.
   */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < 24 || this.#view.getUint16(0, true) !== MAGIC) {
      throw new TypeError(
        `Cannot read BTF: ${bytes.length} bytes that do not begin with its magic`,
      );
    }
    const header = this.#view.getUint32(4, true);
    const from = header + this.#view.getUint32(8, true);
    const end = from + this.#view.getUint32(12, true);
    this.#strings = header + this.#view.getUint32(16, true);
    if (end > bytes.length || this.#strings + this.#view.getUint32(20, true) > bytes.length) {
      throw new TypeError(`Cannot read BTF: it is cut short at ${bytes.length} bytes`);
    }
    for (let at = from; at < end;) at = this.#index(at);
  }

  /** Bytes of a struct; undefined where the kernel has none of this name. */
  structBytes(name: string): number | undefined {
    const at = this.#byName.get(name);
    return at === undefined ? undefined : this.#view.getUint32(at + 8, true);
  }

  /** Whether a struct has a field by this path, anonymous members looked through. */
  hasField(struct: string, ...path: readonly string[]): boolean {
    let at = this.#byName.get(struct);
    for (const name of path) {
      const type = at === undefined ? undefined : this.#member(at, name);
      if (type === undefined) return false;
      at = this.#types[this.#strip(type)];
    }
    return at !== undefined;
  }

  /** The value of an enumerator, whatever its enum. */
  enumerator(name: string): number | undefined {
    return this.#enumerators.get(name);
  }

  /** A function's prototype; undefined where BTF has no function of this name. */
  function(name: string): BtfFunction | undefined {
    const at = this.#functions.get(name);
    if (at === undefined) return undefined;
    const prototype = this.#types[this.#view.getUint32(at + 8, true)] ?? 0;
    const parameters: BtfParameter[] = [];
    for (let i = 0; i < this.#count(prototype); i++) {
      const parameter = prototype + 12 + i * 8;
      const pointee = this.#pointee(this.#view.getUint32(parameter + 4, true));
      parameters.push({
        name: this.#string(this.#view.getUint32(parameter, true)),
        ...(pointee === undefined ? {} : { pointee }),
      });
    }
    return { parameters, returns: this.#returns(this.#view.getUint32(prototype + 8, true)) };
  }

  /** Takes one type into the index and returns the offset of the next. */
  #index(at: number): number {
    this.#types.push(at);
    const count = this.#count(at);
    const named = () => this.#string(this.#view.getUint32(at, true));
    switch (this.#kind(at)) {
      case KIND.struct:
        this.#byName.set(named(), at);
        return at + 12 + count * 12;
      case KIND.union:
        return at + 12 + count * 12;
      case KIND.enum:
        this.#indexEnum(at, count, 8);
        return at + 12 + count * 8;
      case KIND.enum64:
        this.#indexEnum(at, count, 12);
        return at + 12 + count * 12;
      case KIND.function:
        this.#functions.set(named(), at);
        return at + 12;
      case KIND.prototype:
        return at + 12 + count * 8;
      case KIND.array:
        return at + 24;
      case KIND.section:
        return at + 12 + count * 12;
      case KIND.int:
      case KIND.variable:
      case KIND.declTag:
        return at + 16;
      default:
        return at + 12;
    }
  }

  #indexEnum(at: number, count: number, size: number): void {
    for (let i = 0; i < count; i++) {
      const enumerator = at + 12 + i * size;
      const name = this.#string(this.#view.getUint32(enumerator, true));
      this.#enumerators.set(name, this.#view.getInt32(enumerator + 4, true));
    }
  }

  /** Type of a member by name. */
  #member(at: number, name: string): number | undefined {
    const kind = this.#kind(at);
    if (kind !== KIND.struct && kind !== KIND.union) return undefined;
    for (let i = 0; i < this.#count(at); i++) {
      const member = at + 12 + i * 12;
      const type = this.#view.getUint32(member + 4, true);
      const own = this.#string(this.#view.getUint32(member, true));
      if (own === name) return type;
      const inner = this.#types[this.#strip(type)];
      const found = own === "" && inner !== undefined ? this.#member(inner, name) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #pointee(type: number): string | undefined {
    const at = this.#types[this.#strip(type)] ?? 0;
    if (at === 0 || this.#kind(at) !== KIND.pointer) return undefined;
    const target = this.#types[this.#strip(this.#view.getUint32(at + 8, true))] ?? 0;
    return target === 0 ? undefined : this.#string(this.#view.getUint32(target, true));
  }

  #returns(type: number): BtfReturn {
    const at = this.#types[this.#strip(type)] ?? 0;
    if (at === 0) return "void";
    if (this.#kind(at) === KIND.pointer) return "pointer";
    if (this.#kind(at) !== KIND.int) return "other";
    const encoding = (this.#view.getUint32(at + 12, true) >>> 24) & 0xf;
    return (encoding & INT_BOOL) !== 0 ? "bool" : "int";
  }

  /** The type behind typedefs and qualifiers. */
  #strip(type: number): number {
    while (true) {
      const at = this.#types[type] ?? 0;
      if (at === 0) return type;
      const kind = this.#kind(at);
      const through = kind === KIND.typedef || kind === KIND.const || kind === KIND.volatile ||
        kind === KIND.restrict || kind === KIND.typeTag;
      if (!through) return type;
      type = this.#view.getUint32(at + 8, true);
    }
  }

  #kind(at: number): number {
    return (this.#view.getUint32(at + 4, true) >>> 24) & 0x1f;
  }

  #count(at: number): number {
    return this.#view.getUint32(at + 4, true) & 0xffff;
  }

  #string(offset: number): string {
    const at = this.#strings + offset;
    const end = this.#bytes.indexOf(0, at);
    return DECODER.decode(this.#bytes.subarray(at, end));
  }
}

const DECODER = new TextDecoder();
