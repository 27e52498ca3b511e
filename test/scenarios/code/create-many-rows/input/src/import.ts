import { dataSource } from "./data-source";
import { Reading } from "./reading.entity";

const readings = dataSource.getRepository(Reading);

export async function importCsv(lines: string[]) {
  await readings.insert(
    lines.map((line) => {
      const [sensor = "", value] = line.split(";");
      return { sensor, value: Number(value), unit: "C" };
    }),
  );
}

export async function calibrate(sensor: string) {
  await dataSource.transaction(async (manager) => {
    await manager.save(Reading, [
      { sensor, value: 0, unit: "C" },
      { sensor, value: 100, unit: "C" },
    ]);
    await manager.update(Reading, { sensor }, { unit: "K" });
  });
}

export async function record(sensor: string, value: number) {
  await readings.upsert({ sensor, value, unit: "C" }, ["sensor"]);
}
