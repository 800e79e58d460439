package sandbox

func (s *Sandbox) commentRoutes() []route      { return nil }
func (s *Sandbox) eventRoutes() []route        { return nil }
func (s *Sandbox) notificationRoutes() []route { return nil }
func (s *Sandbox) bookmarkRoutes() []route     { return nil }
func (s *Sandbox) notify(notification)         {}
