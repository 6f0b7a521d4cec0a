import { render } from "preact";
import "./styles/tokens.css";
import "./styles/overview.css";
import "./styles/parts.css";
import { App } from "./app.tsx";
import { startTheme } from "./draw/palette.tsx";
import { startKeyboard } from "./keyboard.tsx";
import { startSession } from "./session.tsx";

startTheme();
startSession();
startKeyboard();
const root = document.querySelector("#app");
if (root !== null) render(<App />, root);
