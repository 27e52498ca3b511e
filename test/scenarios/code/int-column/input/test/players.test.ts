import { Player } from "../src/player.entity";
import { players } from "../src/players";

const ada: Player = { id: 1, name: "Ada", score: 10, wins: 2 };

const grace = Object.assign(new Player(), { id: 2, name: "Grace", score: 8, wins: 1 });

export const views = [players.view(ada), players.view(grace)];
