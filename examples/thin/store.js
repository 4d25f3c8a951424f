/** Opens a database that keeps one value, written as a whole. */
export async function openStore(name) {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("state");
  const database = await settled(opening);

  const transaction = (mode) => database.transaction("state", mode, { durability: "strict" });
  const change = (act) =>
    new Promise((resolve, reject) => {
      const t = transaction("readwrite");
      act(t.objectStore("state"));
      t.oncomplete = resolve;
      t.onabort = () => reject(t.error);
    });
  return {
    load: () => settled(transaction("readonly").objectStore("state").get("all")),
    save: (value) => change((state) => state.put(value, "all")),
    forget: () => change((state) => state.clear()),
  };
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
