// What the generated client uses.
export { checkArray32, checkBytes, checkData, checkText, checkUint32, fieldsOf, putBytes, putData, putText } from "./arguments.js";
export { Handle, noConstructor, numberOf, takeObject } from "./handle.js";
export { close, invoke, open, takeText, takeUint32 } from "./instance.js";
export { takeBool, takeBytes, takeList } from "./results.js";
