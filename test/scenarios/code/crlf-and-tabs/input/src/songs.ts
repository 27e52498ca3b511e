import type { Song } from '@prisma/client';
import { prisma } from './db';

export interface SongView {
	id: number;
	title: string;
	artist: string;
	year: number; // of the first release
}

export const view = (song: Song): SongView => ({
	id: song.id,
	title: song.title,
	artist: song.artist,
	year: song.year, // of the first release
});

export async function add(title: string, artist: string) {
	return prisma.song.create({
		data: {
			title,
			artist, // as printed
			year: 2024
		},
	});
}
