/**
 * A program that maps a file, touches each page, and prints how many bytes of it are mapped by huge leaf
 * entries, as far as /proc/self/smaps tells:
 *
 *     file_leaves.ts PATH BYTES
 *
 * @module
 */

import { quit } from "./libc.ts";
import { hugeBytesOf } from "./memory.ts";

const [path, bytes] = Deno.args;
if (path === undefined || bytes === undefined) quit("Usage: file_leaves.ts PATH BYTES", 64);
console.log(hugeBytesOf(path, Number(bytes)));
