// Several tabs: one has the device, and gives it to another that asks.

const channel = new BroadcastChannel("mudpuppy-chat");

/** Asks the tab that has the device to let go of it. */
export function takeOver(): void {
  channel.postMessage("take over");
}

/** Calls back when another tab asks for the device. */
export function whenTakenOver(letGo: () => void): void {
  channel.onmessage = ({ data }) => data === "take over" && letGo();
}
