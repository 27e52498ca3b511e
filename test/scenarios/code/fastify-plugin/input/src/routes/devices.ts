import type { FastifyInstance } from "fastify";
import { dataSource } from "../data-source";
import { Device } from "../entities/device";
import { deviceBody, deviceResponse } from "./devices.schema";

interface DeviceBody {
  serial: string;
  vendor: string;
  firmware: string;
}

export default async function devices(app: FastifyInstance) {
  const repository = dataSource.getRepository(Device);

  app.get("/devices", { schema: { response: { 200: { type: "array", items: deviceResponse } } } }, async () => {
    const rows = await repository.find();
    return rows.map((row) => ({
      id: row.id,
      serial: row.serial,
      vendor: row.vendor,
      firmware: row.firmware,
    }));
  });

  app.post<{ Body: DeviceBody }>("/devices", { schema: { body: deviceBody } }, async (request, reply) => {
    const { serial, vendor, firmware } = request.body;
    const device = await repository.save({ serial, vendor, firmware });
    return reply.status(201).send({ id: device.id });
  });
}
