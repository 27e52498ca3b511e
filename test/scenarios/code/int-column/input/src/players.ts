import { AppDataSource } from "./data-source";
import { Player } from "./player.entity";

export interface PlayerView {
  id: number;
  name: string;
  score: number;
  wins: number;
}

export const players = AppDataSource.getRepository(Player).extend({
  view(player: Player): PlayerView {
    return { id: player.id, name: player.name, score: player.score, wins: player.wins };
  },
  async signUp(name: string) {
    return this.view(await this.save(this.create({ name, score: 0, wins: 0 })));
  },
});

export const win = (player: Player) => {
  player.wins += 1;
  return AppDataSource.manager.save(player);
};
