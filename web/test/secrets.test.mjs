// T9 with the vector kernel for AES, as browsers run it.
import { suite } from "./secrets.mjs";

suite({ kernel: true });
