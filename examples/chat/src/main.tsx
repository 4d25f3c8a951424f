import { render } from "preact";
import { App } from "./ui/app";
import { applyTheme } from "./ui/theme";
import "./style/tokens.css";
import "./style/base.css";
import "./style/login.css";
import "./style/rooms.css";
import "./style/timeline.css";
import "./style/panel.css";

applyTheme();
render(<App />, document.getElementById("app")!);
