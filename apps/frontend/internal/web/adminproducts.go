package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/techcommerce/platform/apps/frontend/internal/backend"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// mostLooked is at how many products the overview looks.
const mostLooked = 1000

// scarce are the products of which there are few or none, those with the least first, and how many were looked at.
func (s *Site) scarce(ctx context.Context) (few []tile, looked int, err error) {
	products, err := s.backend.Products(ctx, "", backend.Span{Limit: mostLooked})
	if err != nil {
		return nil, 0, err
	}
	for _, p := range products.Items {
		if p.Stock < lowStock {
			few = append(few, newTile(p, 0, place{}))
		}
	}
	slices.SortStableFunc(few, func(a, b tile) int { return cmp.Compare(a.Stock, b.Stock) })
	return few, len(products.Items), nil
}

// adminProductsView lists products, beside a form for another one.
type adminProductsView struct {
	Search    string
	SearchMax int
	Tiles     []tile
	Pages     pagesView
	Form      productForm
}

// productForm is a product as the operator enters it.
type productForm struct {
	// Key makes the product one product, however often the form is sent.
	Key                string
	Name, Price, Stock string
	// Tag says what was read of a product before the edit.
	Tag string
	// Problems are what is wrong with a field, by its name.
	Problems map[string]string
}

// readProductForm reads what browsers send; problems are what is wrong with it.
func readProductForm(values url.Values) (form productForm, price money.Cents) {
	form = productForm{
		Key: values.Get("key"), Name: strings.TrimSpace(values.Get("name")), Price: strings.TrimSpace(values.Get("price")),
		Stock: strings.TrimSpace(values.Get("stock")), Tag: values.Get("tag"), Problems: map[string]string{},
	}
	if form.Name == "" {
		form.Problems["name"] = "Please enter a name."
	}
	price, err := money.Parse(form.Price)
	if err != nil || price <= 0 {
		form.Problems["price"] = "Please enter an amount such as 19.99."
	}
	return form, price
}

// refuse takes over what a service said about the fields.
func (f *productForm) refuse(err error) bool {
	if fault.KindOf(err) != fault.Invalid {
		return false
	}
	for field, problem := range fault.As(err).Fields {
		f.Problems[field] = sentence(problem)
	}
	if len(f.Problems) == 0 {
		f.Problems["name"] = sentence(fault.As(err).Message)
	}
	return true
}

func (s *Site) adminProducts(w http.ResponseWriter, r *http.Request, apis backend.Admin) {
	s.listProducts(w, r, apis, 0, productForm{Key: rand.Text(), Stock: "0"})
}

func (s *Site) listProducts(w http.ResponseWriter, r *http.Request, apis backend.Admin, status int, form productForm) {
	ctx, cancel := patience(r)
	defer cancel()
	here := readPlace(r.URL.Query())
	products, err := apis.Products(ctx, here.Search, here.span(ordersPerPage))
	if err != nil {
		s.adminFailed(w, r, err)
		return
	}
	view := adminProductsView{
		Search: here.Search, SearchMax: searchMax, Form: form, Pages: newPagesView("/admin/products", here, products.More),
	}
	for _, p := range products.Items {
		view.Tiles = append(view.Tiles, newTile(p, 0, here))
	}
	s.render(w, r, page{
		Template: "adminproducts", Status: status, Title: "Products", Nav: "admin", Session: s.sessions.Load(r), Content: view,
	})
}

// createProduct answers POST /admin/products.
func (s *Site) createProduct(w http.ResponseWriter, r *http.Request, apis backend.Admin) {
	if !s.form(w, r) {
		return
	}
	form, price := readProductForm(r.PostForm)
	stock, err := strconv.ParseInt(form.Stock, 10, 64)
	if err != nil || stock < 0 {
		form.Problems["stock"] = "Please enter a whole number, 0 or more."
	}
	if len(form.Problems) > 0 {
		s.listProducts(w, r, apis, http.StatusUnprocessableEntity, form)
		return
	}
	made, err := apis.Create(r.Context(), form.Key, form.Name, price, stock)
	if form.refuse(err) {
		s.listProducts(w, r, apis, http.StatusUnprocessableEntity, form)
		return
	}
	if err != nil {
		s.adminFailed(w, r, err)
		return
	}
	s.audit(r, "created a product", "product", made.ID, "name", made.Name, "price", made.Price.String(), "stock", made.Stock)
	s.save(w, r, s.sessions.Load(r).WithNotice(shortName(made.Name, made.ID)+" is on sale."))
	http.Redirect(w, r, adminProductURL(made.ID), http.StatusSeeOther)
}

// adminProductView is one product with its forms.
type adminProductView struct {
	tile
	Form productForm
	// StockKey makes a change of the stock one change, however often its form is sent.
	StockKey string
}

func adminProductURL(id int64) string { return "/admin/products/" + strconv.FormatInt(id, 10) }

func (s *Site) adminProduct(w http.ResponseWriter, r *http.Request, apis backend.Admin) {
	if id, ok := rest.PathID(r); ok {
		s.showProduct(w, r, apis, id, 0, nil)
		return
	}
	s.notFound(w, r)
}

// showProduct shows a product as it is now, with what the operator entered where that was refused.
func (s *Site) showProduct(w http.ResponseWriter, r *http.Request, apis backend.Admin, id int64, status int, entered *productForm) {
	ctx, cancel := patience(r)
	defer cancel()
	found, err := apis.Product(ctx, id)
	if err != nil {
		s.adminFailed(w, r, err)
		return
	}
	view := adminProductView{
		tile: newTile(found.Product, 0, place{}), StockKey: rand.Text(),
		Form: productForm{Name: found.Name, Price: found.Price.String(), Tag: found.Tag},
	}
	if entered != nil {
		view.Form = *entered
		view.Form.Tag = found.Tag
	}
	s.render(w, r, page{
		Template: "adminproduct", Status: status, Title: productName(found.Name, id), Nav: "admin",
		Session: s.sessions.Load(r), Content: view,
	})
}

// editProduct answers POST /admin/products/{id}.
func (s *Site) editProduct(w http.ResponseWriter, r *http.Request, apis backend.Admin) {
	id, ok := s.posted(w, r)
	if !ok {
		return
	}
	form, price := readProductForm(r.PostForm)
	if len(form.Problems) == 0 {
		err := apis.Edit(r.Context(), id, form.Tag, form.Name, price)
		switch {
		case err == nil:
			s.audit(r, "edited a product", "product", id, "name", form.Name, "price", price.String())
			s.save(w, r, s.sessions.Load(r).WithNotice("Saved."))
			http.Redirect(w, r, adminProductURL(id), http.StatusSeeOther)
			return
		case fault.KindOf(err) == fault.Stale:
			form.Problems["name"] = "Somebody else has edited this product meanwhile. Save again to replace what they entered."
		case !form.refuse(err):
			s.adminFailed(w, r, err)
			return
		}
	}
	s.showProduct(w, r, apis, id, http.StatusUnprocessableEntity, &form)
}

// addStock answers POST /admin/products/{id}/stock. The number is a change, because orders take from the stock meanwhile.
func (s *Site) addStock(w http.ResponseWriter, r *http.Request, apis backend.Admin) {
	id, ok := s.posted(w, r)
	if !ok {
		return
	}
	visit := s.sessions.Load(r)
	change, err := strconv.ParseInt(strings.TrimPrefix(strings.TrimSpace(r.PostForm.Get("change")), "+"), 10, 64)
	if err != nil || change == 0 {
		s.save(w, r, visit.WithProblem("Please enter how many pieces came in, such as 20, or went out, such as -3."))
		http.Redirect(w, r, adminProductURL(id), http.StatusSeeOther)
		return
	}
	changed, err := apis.AddStock(r.Context(), id, r.PostForm.Get("key"), change)
	switch fault.KindOf(err) {
	case fault.Conflict, fault.Invalid, fault.Unprocessable:
		visit = visit.WithProblem(sentence(fault.As(err).Message) + " The stock is as it was.")
	default:
		if err != nil {
			s.adminFailed(w, r, err)
			return
		}
		s.audit(r, "changed stock", "product", id, "change", change, "stock", changed.Stock)
		visit = visit.WithNotice(fmt.Sprintf("%d in stock now.", changed.Stock))
	}
	s.save(w, r, visit)
	http.Redirect(w, r, adminProductURL(id), http.StatusSeeOther)
}

// changeSale answers POST /admin/products/{id}/sale. The button says where the product is to stand, so that pressing it twice
// changes nothing.
func (s *Site) changeSale(w http.ResponseWriter, r *http.Request, apis backend.Admin) {
	id, ok := s.posted(w, r)
	if !ok {
		return
	}
	to := r.PostForm.Get("to")
	if to != "on" && to != "out" {
		s.badForm(w, r)
		return
	}
	changed, err := apis.Withdraw(r.Context(), id, to == "out")
	if err != nil {
		s.adminFailed(w, r, err)
		return
	}
	notice := "On sale again."
	if changed.Withdrawn {
		notice = "Out of sale."
	}
	s.audit(r, "changed what is on sale", "product", id, "withdrawn", changed.Withdrawn)
	s.save(w, r, s.sessions.Load(r).WithNotice(notice))
	http.Redirect(w, r, adminProductURL(id), http.StatusSeeOther)
}
