/** Whether the functions of this module colour at all: a switch of the whole process. */
export function getColorEnabled(): boolean;

/** Turns the switch; ignored where there is no process to ask. */
export function setColorEnabled(value: boolean): void;

/** Bold text. */
export function bold(text: string): string;

/** Faint text. */
export function dim(text: string): string;

/** Red text. */
export function red(text: string): string;

/** Green text. */
export function green(text: string): string;

/** Yellow text. */
export function yellow(text: string): string;

/** The text without its escape sequences. */
export function stripAnsiCode(text: string): string;
