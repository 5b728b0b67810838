export default function DataSettings() {
  return null
}
