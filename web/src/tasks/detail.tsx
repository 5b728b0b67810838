export default function Screen() {
  return <h1>tasks/detail</h1>
}
