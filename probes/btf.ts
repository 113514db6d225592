/**
 * BTF, the kernel's own description of its types (Documentation/bpf/btf.rst): the little of it that
 * a probe plan asks for.
 *
 * @module
 */

/** What a function returns, as far as success can be read from it. */
export type BtfReturn = "pointer" | "bool" | "int" | "void" | "other";

/** A kernel function's prototype. */
export interface BtfFunction {
  /** Names of its parameters. */
  readonly parameters: readonly string[];
  /** What it returns. */
  readonly returns: BtfReturn;
}

/** What a probe plan asks a kernel's types. */
export interface TypeFacts {
  /** Bytes of a struct; undefined where the kernel has none of this name. */
  structBytes(name: string): number | undefined;
  /** Whether a struct has a field by this path, anonymous members looked through. */
  hasField(struct: string, ...path: readonly string[]): boolean;
  /** The value of an enumerator, whatever its enum. */
  enumerator(name: string): number | undefined;
  /** A function's prototype; undefined where there is no function of this name. */
  function(name: string): BtfFunction | undefined;
}

/** Kinds of types, include/uapi/linux/btf.h. */
const KIND = {
  int: 1,
  pointer: 2,
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  forward: 7,
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
  function: 12,
  prototype: 13,
  variable: 14,
  section: 15,
  float: 16,
  declTag: 17,
  typeTag: 18,
  enum64: 19,
} as const;

const MAGIC = 0xeb9f;
/** BTF_INT_BOOL, in the encoding byte of an integer. */
const INT_BOOL = 4;
/** Bytes of a name at most; the kernel's own limit is 512 (KSYM_NAME_LEN). */
const LONGEST = 4096;
/** How deep qualifiers and anonymous members nest; the kernel's own limit is 32. */
const DEEPEST = 32;

/** A parsed BTF image. Types are looked at in place, by their offset. */
export class Btf implements TypeFacts {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #strings: number;
  readonly #stringsEnd: number;
  /** Offset of each type, by its id. */
  readonly #types: number[] = [0];
  readonly #byName = new Map<string, number>();
  readonly #functions = new Map<string, number>();
  readonly #enumerators = new Map<string, number>();

  /**
   * Indexes what `/sys/kernel/btf/vmlinux` holds.
   *
   * @throws {TypeError} when these bytes are no BTF; so does every method that comes upon a damage
   * that only shows then.
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
    this.#stringsEnd = this.#strings + this.#view.getUint32(20, true);
    if (end > bytes.length || this.#stringsEnd > bytes.length) {
      throw new TypeError(`Cannot read BTF: it is cut short at ${bytes.length} bytes`);
    }
    for (let at = from; at < end;) at = this.#index(at, end);
  }

  structBytes(name: string): number | undefined {
    const at = this.#byName.get(name);
    return at === undefined ? undefined : this.#view.getUint32(at + 8, true);
  }

  hasField(struct: string, ...path: readonly string[]): boolean {
    let at = this.#byName.get(struct);
    for (const name of path) {
      const type = at === undefined ? undefined : this.#member(at, name);
      if (type === undefined) return false;
      at = this.#types[this.#strip(type)];
    }
    return at !== undefined;
  }

  enumerator(name: string): number | undefined {
    return this.#enumerators.get(name);
  }

  function(name: string): BtfFunction | undefined {
    const at = this.#functions.get(name);
    if (at === undefined) return undefined;
    const prototype = this.#types[this.#view.getUint32(at + 8, true)] ?? 0;
    if (prototype === 0 || this.#kind(prototype) !== KIND.prototype) {
      throw new TypeError(`Cannot read BTF: the function "${name}" has no prototype`);
    }
    const parameters: string[] = [];
    for (let i = 0; i < this.#count(prototype); i++) {
      parameters.push(this.#string(this.#view.getUint32(prototype + 12 + i * 8, true)));
    }
    return { parameters, returns: this.#returns(this.#view.getUint32(prototype + 8, true)) };
  }

  /** Takes one type into the index and returns the offset of the next. */
  #index(at: number, end: number): number {
    const next = at + 12 > end ? Infinity : at + this.#bytesOf(at);
    if (next > end) throw new TypeError("Cannot read BTF: its last type is cut short");
    this.#types.push(at);
    const named = () => this.#string(this.#view.getUint32(at, true));
    switch (this.#kind(at)) {
      case KIND.struct:
        this.#byName.set(named(), at);
        break;
      case KIND.enum:
      case KIND.enum64:
        this.#indexEnum(at);
        break;
      case KIND.function:
        this.#functions.set(named(), at);
        break;
    }
    return next;
  }

  /** Bytes that the description of a type takes. */
  #bytesOf(at: number): number {
    const count = this.#count(at);
    const kind = this.#kind(at);
    switch (kind) {
      case KIND.struct:
      case KIND.union:
      case KIND.enum64:
      case KIND.section:
        return 12 + count * 12;
      case KIND.enum:
      case KIND.prototype:
        return 12 + count * 8;
      case KIND.array:
        return 24;
      case KIND.int:
      case KIND.variable:
      case KIND.declTag:
        return 16;
      case KIND.pointer:
      case KIND.forward:
      case KIND.typedef:
      case KIND.volatile:
      case KIND.const:
      case KIND.restrict:
      case KIND.function:
      case KIND.float:
      case KIND.typeTag:
        return 12;
      default:
        throw new TypeError(
          `Cannot read BTF: type ${this.#types.length} is of the kind ${kind}, which is not known`,
        );
    }
  }

  #indexEnum(at: number): void {
    const wide = this.#kind(at) === KIND.enum64;
    const isSigned = this.#view.getUint32(at + 4, true) >>> 31 === 1;
    for (let i = 0; i < this.#count(at); i++) {
      const enumerator = at + 12 + i * (wide ? 12 : 8);
      const name = this.#string(this.#view.getUint32(enumerator, true));
      const word = (at: number, isTop: boolean) =>
        isSigned && isTop ? this.#view.getInt32(at, true) : this.#view.getUint32(at, true);
      const value = wide
        ? word(enumerator + 8, true) * 2 ** 32 + word(enumerator + 4, false)
        : word(enumerator + 4, true);
      this.#enumerators.set(name, value);
    }
  }

  /**
   * Type of a member by name.
   *
   * @param seen Structs that do not have it: one that is there many times is looked through once.
   */
  #member(at: number, name: string, seen = new Set<number>(), depth = 0): number | undefined {
    if (depth > DEEPEST) throw new TypeError("Cannot read BTF: its structs nest without end");
    const kind = this.#kind(at);
    if ((kind !== KIND.struct && kind !== KIND.union) || seen.has(at)) return undefined;
    for (let i = 0; i < this.#count(at); i++) {
      const member = at + 12 + i * 12;
      const type = this.#view.getUint32(member + 4, true);
      const own = this.#string(this.#view.getUint32(member, true));
      if (own === name) return type;
      const inner = this.#types[this.#strip(type)];
      const found = own === "" && inner !== undefined
        ? this.#member(inner, name, seen, depth + 1)
        : undefined;
      if (found !== undefined) return found;
    }
    seen.add(at);
    return undefined;
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
    for (let depth = 0; depth <= DEEPEST; depth++) {
      const at = this.#types[type] ?? 0;
      if (at === 0) return type;
      const kind = this.#kind(at);
      const through = kind === KIND.typedef || kind === KIND.const || kind === KIND.volatile ||
        kind === KIND.restrict || kind === KIND.typeTag;
      if (!through) return type;
      type = this.#view.getUint32(at + 8, true);
    }
    throw new TypeError("Cannot read BTF: its typedefs lead nowhere");
  }

  #kind(at: number): number {
    return (this.#view.getUint32(at + 4, true) >>> 24) & 0x1f;
  }

  #count(at: number): number {
    return this.#view.getUint32(at + 4, true) & 0xffff;
  }

  #string(offset: number): string {
    const at = this.#strings + offset;
    const bytes = this.#bytes.subarray(at, Math.min(at + LONGEST, this.#stringsEnd));
    const length = bytes.indexOf(0);
    if (length < 0) throw new TypeError("Cannot read BTF: a name is not among its strings");
    return DECODER.decode(bytes.subarray(0, length));
  }
}

const DECODER = new TextDecoder();
