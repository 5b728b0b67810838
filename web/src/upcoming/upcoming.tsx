export default function Screen() {
  return <h1>upcoming/upcoming</h1>
}
