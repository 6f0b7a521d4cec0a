/** The Headway service in a process of its own, on a free port, with its state in memory. */
import { createService } from "@headway/service";
import { onRunMessage, tellRun } from "../messages.ts";

const service = await createService({
  http: { host: "127.0.0.1", port: 0 },
  grpc: null,
  dataDir: null,
  policyFile: new URL("headway.yaml", import.meta.url).pathname,
});
const { http } = await service.listen();
onRunMessage(() => undefined);
tellRun({ kind: "ready", url: `http://${http.host}:${http.port}` });
