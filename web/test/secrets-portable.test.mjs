// T9 with the portable code for AES, as where there are no vector instructions.
import { suite } from "./secrets.mjs";

suite({ kernel: false });
