// Light or dark: as the system has it, or as was chosen. The choice is no secret.
import { signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const NAME = "theme";
const themes: Theme[] = ["system", "light", "dark"];

export const theme = signal<Theme>(themes.find((name) => name === localStorage.getItem(NAME)) ?? "system");

export function applyTheme(): void {
  if (theme.value === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme.value;
}

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  localStorage.setItem(NAME, chosen);
  applyTheme();
}
