import { last, stateAfter } from "./commits.mjs";

/**
 * Compares what a store has after a crash with what it must have.
 *
 * @param {Record<string, string>} found the records, as commits.mjs describes them
 * @param {number} acknowledged the last commit of which the store had said that it was durable
 * @returns {{ commit: number, lost: number, torn: string[] }} the last commit that is there, how many
 *   are missing that were acknowledged, and the records that are not as that commit left them
 */
export function check(found, acknowledged) {
	const commit = last(found);
	const expected = stateAfter(commit);
	const torn = [...new Set([...Object.keys(found), ...Object.keys(expected)])].filter((name) => found[name] !== expected[name]);
	return { commit, lost: Math.max(0, acknowledged - commit), torn };
}
