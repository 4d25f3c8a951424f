// Objects that live in a program elsewhere: in a worker, or in another page.

/** How a call has ended: its results or its error, as the program has written them. */
export interface Answer {
  failed: boolean;
  bytes: Uint8Array<ArrayBuffer>;
}

/** What reaches an object that lives elsewhere. */
export interface Home {
  /** Makes a call, with values that are packed as in the input of the program. They belong to the home. */
  call(name: string, values: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<Answer>;
  /** Lets go of the object, without waiting. */
  release(): void;
}
