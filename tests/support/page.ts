/** Pages of recordings that are kept, and what is wrong with a page. */

import { DOMParser, type Element } from "@xmldom/xmldom";
import {
  analyze,
  decodeItems,
  type PageSide,
  type RecordingItem,
  splitLines,
  startPicture,
} from "headcount";
import { readFixture } from "./fixture.ts";

/** A side of a page, from the bytes of a recording. */
export async function sideFrom(
  name: string,
  bytes: AsyncIterable<Uint8Array<ArrayBuffer>> | Iterable<Uint8Array<ArrayBuffer>>,
): Promise<PageSide> {
  const maker = startPicture();
  async function* drawn(lines: AsyncIterable<RecordingItem>): AsyncGenerator<RecordingItem> {
    for await (const line of lines) {
      maker.add(line);
      yield line;
    }
  }
  const report = await analyze(drawn(decodeItems(splitLines(ReadableStream.from(bytes)))));
  return { name, report, picture: maker.picture() };
}

/** The side of a recording that is kept. */
export async function sideOf(name: string): Promise<PageSide> {
  return await sideFrom(name, [await readFixture(name)]);
}

/** A page as its elements; throws where it is not well-formed. */
export function parsePage(page: string): Element {
  const parser = new DOMParser({
    onError: (level, message) => {
      throw new Error(`${level}: ${message}`);
    },
  });
  const root = parser.parseFromString(page.replace("<!doctype html>\n", ""), "text/xml")
    .documentElement;
  if (root === null) throw new Error("an empty page");
  return root;
}

/** What there is to read on a page, its title and style left out. */
export function textOf(page: string): string {
  return elements(parsePage(page), "body")[0]?.textContent ?? "";
}

/** Elements of a name, below another. */
export function elements(root: Element, name: string): readonly Element[] {
  return Array.from(root.getElementsByTagName(name));
}

/** What of a page would ask the network, or run. */
export function reachesOut(page: string): readonly string[] {
  const names = page.match(
    /https?:\/\/[^"\s<]*|\b(?:src|href|srcset)=|url\(|@import|<script|<link/g,
  );
  // The name of SVG's elements is no address.
  return (names ?? []).filter((name) => name !== "http://www.w3.org/2000/svg");
}
