import { isTested, nodeVersions } from "../../../base/supported-versions.js";
import { type Check, ok, problem } from "../../../dialect/check.js";

export default {
  id: "node",
  title: "Node.js version",
  on: "project",
  async run() {
    const { node } = process.versions;
    if (isTested(nodeVersions, node)) return [ok(`Node.js ${node}`)];
    return [
      problem(`Node.js ${node} is too old`, {
        why: `Lockstep runs on ${nodeVersions.tested}.`,
        next: "nvm install 22   # or install a later version in another way",
      }),
    ];
  },
} satisfies Check;
