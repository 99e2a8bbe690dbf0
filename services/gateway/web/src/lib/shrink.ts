/** A photo made small enough for a narrow door; what a camera wrote beside the picture (where, when, which device) stays
 * behind. */
const LONGEST = 1600

export async function shrink(file: File): Promise<File> {
  if (!file.type.startsWith('image/') || typeof createImageBitmap !== 'function') return file
  try {
    const picture = await createImageBitmap(file)
    const share = Math.min(1, LONGEST / Math.max(picture.width, picture.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(picture.width * share)
    canvas.height = Math.round(picture.height * share)
    canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height)
    const small = await new Promise<Blob | null>((go) => canvas.toBlob(go, 'image/jpeg', 0.85))
    return small ? new File([small], 'photo.jpg', { type: 'image/jpeg' }) : file
  } catch {
    return file // no picture this browser can read: the server has the last word
  }
}
