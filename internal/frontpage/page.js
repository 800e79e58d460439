// The page works without this. With it, code can be copied, and the address is the one in the address bar even where a
// proxy has hidden it from the server.
const told = document.body.dataset.origin;
const here = new URL(document.body.dataset.root ?? '.', location.href).href.replace(/\/$/, '');
for (const code of document.querySelectorAll('code')) code.textContent = code.textContent.replaceAll(told, here);

const announce = document.querySelector('.announce');
for (const button of document.querySelectorAll('.copy')) {
  button.hidden = !navigator.clipboard;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.previousElementSibling.textContent);
    announce.textContent = button.textContent = 'Copied';
    setTimeout(() => { announce.textContent = ''; button.textContent = 'Copy'; }, 2000);
  });
}
