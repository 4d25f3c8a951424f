// How numbers are written.

const format = (digits) =>
  new Intl.NumberFormat("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });

const whole = format(0);
const tenths = format(1);
const hundredths = format(2);

/** A time, with some three digits that mean something. */
export const time = (value) => (value >= 99.95 ? whole : value >= 9.995 ? tenths : hundredths).format(value);

/** How many times faster. It is rounded down, lest a target that is missed looks met. */
export const ratio = (value) => hundredths.format(Math.floor(value * 100 + 1e-9) / 100);

/** How many times slower. It is rounded up, for the same reason. */
export const factor = (value) => hundredths.format(Math.ceil(value * 100 - 1e-9) / 100);
