"use client";

import { useEffect } from "react";
import { playInPage } from "../scenario/page.mjs";

export default function Page() {
  useEffect(() => {
    playInPage();
  }, []);
  return <h1>The scenario</h1>;
}
