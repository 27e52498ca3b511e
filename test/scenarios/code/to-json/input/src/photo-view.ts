import type { Photo } from "./photo.entity";

export class PhotoView {
  constructor(private readonly photo: Photo) {}

  toJSON() {
    const { id, title, url, camera } = this.photo;
    return { id, title, url, camera };
  }
}
